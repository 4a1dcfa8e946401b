package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.StateDetails;
import doni.enrollment.HardwareId;
import doni.worker.Change;
import doni.worker.ConflictFinder.Conflict;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.tunelo.TuneloDrift.ChannelWait;
import doni.worker.tunelo.TuneloObservedState.ChannelHub;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import doni.worker.tunelo.TuneloWrite.CreateChannel;
import doni.worker.tunelo.TuneloWrite.DeleteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The difference between desired, observed and recorded channels, without a network. */
class TuneloDriftTests {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");
  private static final HardwareId OTHER = HardwareId.parse("00000000-0000-4000-8000-00000000000f");
  private static final ChannelHub READY =
      new ChannelHub(uuid(900), "HUBKEY", "192.0.2.10:51820", "10.0.3.2", true);
  private static final ChannelHub NOT_READY = new ChannelHub(uuid(900), null, null, null, false);

  private final EdgeDevice device = new EdgeDevice();
  private final Map<String, TuneloChannel> seen = new LinkedHashMap<>();
  private final Map<String, ChannelOwnership> owners = new HashMap<>();
  private final Map<String, ChannelWait> postponed = new HashMap<>();
  private Optional<String> unlisted = Optional.empty();
  private TuneloRecordedState recorded = TuneloRecordedState.NOTHING;

  private static String uuid(int number) {
    return "00000000-0000-4000-8000-%012d".formatted(number);
  }

  private static TuneloChannel channel(int number, int key, ChannelHub... hubs) {
    return new TuneloChannel(uuid(number), "wireguard", key(key), "10.0.3.9", null, List.of(hubs));
  }

  /** Tunelo has the channel. */
  private TuneloChannel exists(TuneloChannel channel) {
    seen.put(channel.uuid(), channel);
    return channel;
  }

  private void isRecorded(String name, TuneloChannel channel) {
    recorded = recorded.withChannel(name, channel);
  }

  /** The key is claimed by these devices only. */
  private void claimed(int key, Conflict... others) {
    owners.put(key(key), new ChannelOwnership(List.of(others)));
  }

  private TuneloDrift drift() {
    return TuneloDrift.between(
        TuneloDesiredState.of(device.hardware()),
        new TuneloObservedState(seen, owners, unlisted, NOW),
        recorded,
        postponed);
  }

  private static String text(TuneloWrite write) {
    return switch (write) {
      case CreateChannel create -> "create " + create.channel().name();
      case DeleteChannel delete ->
          "delete %s%s"
              .formatted(
                  delete.channel().uuid().replaceAll(".*-0*", ""),
                  delete.onlyWithoutHub() ? " without hub" : "");
    };
  }

  private List<String> writes() {
    return drift().writes().stream().map(TuneloDriftTests::text).toList();
  }

  private static ChannelWait waits(String name, String reason, @Nullable Duration after) {
    return new ChannelWait(name, reason, after);
  }

  @Test
  void anEqualChannelIsSettled() {
    device.with("user", key(1));
    TuneloChannel own = exists(channel(1, 1, READY));
    isRecorded("user", own);

    assertThat(drift())
        .isEqualTo(
            new TuneloDrift(
                List.of(), Map.of("user", own), Map.of(), List.of(), Map.of(), Set.of(), Map.of()));
  }

  @Test
  void aMissingChannelIsCreated() {
    device.with("user", key(1)).with("mgmt", key(2));
    claimed(1);
    claimed(2);

    assertThat(writes()).containsExactly("create user", "create mgmt");
    assertThat(drift().changes())
        .containsExactly(EdgeDevice.created("user", 1), EdgeDevice.created("mgmt", 2));
  }

  @Test
  void aRecordedChannelThatIsGoneIsForgottenAndCreated() {
    device.with("user", key(1));
    isRecorded("user", channel(1, 1, READY));
    claimed(1);

    assertThat(writes()).containsExactly("create user");
    assertThat(drift().forgotten()).containsExactly(uuid(1));
  }

  @Test
  void anotherKeyReplacesTheChannel() {
    device.with("user", key(2));
    isRecorded("user", exists(channel(1, 1, READY)));
    claimed(2);

    assertThat(writes()).containsExactly("delete 1", "create user");
    assertThat(drift().changes())
        .containsExactly(EdgeDevice.deleted(uuid(1), 1), EdgeDevice.created("user", 2));
  }

  @Test
  void anotherTypeReplacesTheChannel() {
    device.withEntry("user", Map.of("channel_type", "vxlan", "public_key", key(1)));
    isRecorded("user", exists(channel(1, 1, READY)));
    claimed(1);

    assertThat(writes()).containsExactly("delete 1", "create user");
  }

  @Test
  void entriesThatSwapTheirKeysSwapTheirChannels() {
    device.with("user", key(2)).with("mgmt", key(1));
    TuneloChannel first = exists(channel(1, 1, READY));
    TuneloChannel second = exists(channel(2, 2, READY));
    isRecorded("user", first);
    isRecorded("mgmt", second);
    claimed(1);
    claimed(2);

    assertThat(writes()).isEmpty();
    assertThat(drift().settled()).isEqualTo(Map.of("user", second, "mgmt", first));
  }

  @Test
  void theChannelOfARemovedEntryIsDeleted() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(1, 1, READY)));
    isRecorded("mgmt", exists(channel(2, 2, READY)));

    assertThat(writes()).containsExactly("delete 2");
  }

  @Test
  void theChannelOfAnEntryWithoutAKeyIsDeleted() {
    device.with("user", null);
    isRecorded("user", exists(channel(1, 1, READY)));

    assertThat(writes()).containsExactly("delete 1");
  }

  @Test
  void aRecordedChannelWithAForeignKeyIsReplacedAndReported() {
    device.with("user", key(1));
    isRecorded("user", channel(1, 1, READY));
    exists(channel(1, 99));
    claimed(1);

    assertThat(writes()).containsExactly("create user");
    assertThat(drift().forgotten()).isEmpty();
    assertThat(drift().unrepaired())
        .contains(
            new UnrepairedDrift(
                List.of(
                    Change.update(
                        "channel %s, changed by another client and left alone".formatted(uuid(1)),
                        "key " + key(99),
                        null)),
                "another client changed the key of channel %s of this device, so it is left alone; delete it in Tunelo if it is not needed"
                    .formatted(uuid(1))));
  }

  @Test
  void aRefusedEntryKeepsItsChannel() {
    device.with("user", "not a key");
    isRecorded("user", exists(channel(1, 1, READY)));

    assertThat(writes()).isEmpty();
    assertThat(drift().forgotten()).isEmpty();
    assertThat(drift().refusals())
        .isEqualTo(Map.of("user", "public_key must be 32 bytes in base64 (44 characters)"));
  }

  /** As an owner copies it from the peers of the channel. */
  @Test
  void theKeyOfTheHubIsRefusedAndTheChannelStays() {
    device.with("user", key(7)).with("mgmt", key(2));
    ChannelHub hub = new ChannelHub(uuid(900), key(7), "192.0.2.10:51820", "10.0.3.2", true);
    isRecorded("user", exists(channel(1, 1, hub)));
    isRecorded("mgmt", exists(channel(2, 2, hub)));

    TuneloDrift drift = drift();

    assertThat(drift.refusals())
        .isEqualTo(
            Map.of("user", "public_key is that of the hub; set the device's own public key"));
    assertThat(drift.writes()).isEmpty();
    assertThat(drift.settled()).containsOnlyKeys("mgmt");
  }

  /** The first channel of a site shows the hub only when it exists. */
  @Test
  void aChannelWithTheKeyOfItsHubIsRefusedAndStays() {
    device.with("user", key(7));
    ChannelHub hub = new ChannelHub(uuid(900), key(7), "192.0.2.10:51820", "10.0.3.2", true);
    isRecorded("user", exists(channel(1, 7, hub)));

    TuneloDrift drift = drift();

    assertThat(drift.refusals()).containsOnlyKeys("user");
    assertThat(drift.writes()).isEmpty();
  }

  @Test
  void anUnrecordedChannelIsAdopted() {
    device.with("user", key(1));
    TuneloChannel found = exists(channel(1, 1, READY));
    claimed(1);

    assertThat(writes()).isEmpty();
    assertThat(drift().settled()).isEqualTo(Map.of("user", found));
  }

  @Test
  void theBestOfSeveralIsAdoptedAndTheOthersDeleted() {
    device.with("user", key(1));
    exists(channel(1, 1));
    exists(channel(2, 1, NOT_READY));
    exists(channel(4, 1, READY));
    TuneloChannel best = exists(channel(3, 1, READY));
    claimed(1);

    assertThat(writes()).containsExactlyInAnyOrder("delete 1", "delete 2", "delete 4");
    assertThat(drift().settled()).isEqualTo(Map.of("user", best));
  }

  @Test
  void aSecondChannelOfASteadyDeviceIsDeleted() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(2, 1, READY)));
    exists(channel(1, 1, READY));
    claimed(1);

    assertThat(writes()).containsExactly("delete 1");
  }

  @Test
  void aSecondChannelThatAnotherDeviceMayOwnStays() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(2, 1, READY)));
    exists(channel(1, 1, READY));
    claimed(1, new Conflict(OTHER, false, false, true, false));

    assertThat(writes()).isEmpty();
  }

  @Test
  void aSecondChannelStaysWhereItsOwnersAreUnknown() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(2, 1, READY)));
    exists(channel(1, 1, READY));

    assertThat(writes()).isEmpty();
  }

  @Test
  void aSecondChannelWithAHubReplacesOneWithout() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(1, 1)));
    TuneloChannel other = exists(channel(2, 1, READY));
    claimed(1);

    assertThat(writes()).containsExactly("delete 1");
    assertThat(drift().settled()).isEqualTo(Map.of("user", other));
  }

  @ParameterizedTest
  @CsvSource({
    "true,  false, true,  false, refused",
    "false, false, true,  true,  refused",
    "false, false, true,  false, created",
    "true,  true,  true,  true,  waits",
    "true,  true,  true,  false, created",
    "false, false, false, true,  waits"
  })
  void anotherDeviceMayHaveTheBetterClaim(
      boolean earlier, boolean deleted, boolean wants, boolean reports, String expected) {
    device.with("user", key(1));
    claimed(1, new Conflict(OTHER, earlier, deleted, wants, reports));

    TuneloDrift drift = drift();

    switch (expected) {
      case "refused" ->
          assertThat(drift.waits())
              .containsExactly(
                  waits(
                      "user",
                      "public_key is already used by another device; give one of them another key, or"
                          + " delete the other device",
                      Duration.ofMinutes(1)));
      case "waits" ->
          assertThat(drift.waits())
              .containsExactly(
                  waits(
                      "user",
                      "waiting for another device to give up its channel with this key",
                      Duration.ofSeconds(10)));
      default -> assertThat(writes()).containsExactly("create user");
    }
  }

  @Test
  void aRefusedNewKeyKeepsTheFormerChannel() {
    device.with("user", key(2));
    isRecorded("user", exists(channel(1, 1, READY)));
    claimed(2, new Conflict(OTHER, true, false, true, true));

    assertThat(writes()).isEmpty();
    assertThat(drift().forgotten()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 10", "299, 10", "300, "})
  void aHubThatIsNotReadyIsWaitedFor(int seconds, @Nullable Integer after) {
    device.with("user", key(1));
    TuneloChannel own = exists(channel(1, 1, NOT_READY));
    recorded =
        new TuneloRecordedState(
            recorded.withChannel("user", own).channels(),
            Map.of(own.uuid(), key(1)),
            Map.of(),
            Set.of(),
            Map.of(),
            Optional.of(NOW.minusSeconds(seconds)),
            0);

    assertThat(writes()).isEmpty();
    assertThat(drift().waits())
        .containsExactly(
            waits("user", "hub not ready", after == null ? null : Duration.ofSeconds(after)));
  }

  private void isWithoutHubFor(int seconds) {
    device.with("user", key(1));
    TuneloChannel own = exists(channel(1, 1));
    recorded =
        new TuneloRecordedState(
            recorded.withChannel("user", own).channels(),
            Map.of(own.uuid(), key(1)),
            Map.of(),
            Set.of(),
            Map.of(own.uuid(), NOW.minusSeconds(seconds)),
            Optional.empty(),
            0);
  }

  @ParameterizedTest
  @CsvSource({"0, 30", "29, 1"})
  void aChannelWithoutAHubIsKeptForAWhile(int seconds, int after) {
    isWithoutHubFor(seconds);

    assertThat(writes()).isEmpty();
    assertThat(drift().waits())
        .containsExactly(
            waits(
                "user",
                "channel has no hub; it is replaced if it stays without one",
                Duration.ofSeconds(after)));
  }

  @Test
  void aChannelThatStaysWithoutAHubIsRebuilt() {
    isWithoutHubFor(30);

    assertThat(writes()).containsExactly("delete 1 without hub", "create user");
    assertThat(drift().rebuilds()).containsOnlyKeys("user");
  }

  @Test
  void aPostponedRebuildKeepsTheChannel() {
    isWithoutHubFor(30);
    postponed.put("user", waits("user", "paused", Duration.ofSeconds(30)));

    assertThat(writes()).isEmpty();
    assertThat(drift().settled()).containsOnlyKeys("user");
    assertThat(drift().waits()).containsExactly(waits("user", "paused", Duration.ofSeconds(30)));
  }

  @Test
  void nothingIsReplacedWhileKeysCannotBeLookedUp() {
    isWithoutHubFor(30);
    device.with("mgmt", key(2)).with("third", key(3));
    isRecorded("third", exists(channel(4, 4, READY)));
    unlisted = Optional.of("odd port");

    assertThat(writes()).isEmpty();
    assertThat(drift().waits())
        .extracting(ChannelWait::text)
        .containsExactly(
            "user: not created while Tunelo cannot list its channels (odd port)",
            "mgmt: not created while Tunelo cannot list its channels (odd port)",
            "third: not created while Tunelo cannot list its channels (odd port)");
  }

  @Test
  void aChannelOfAFormerKeyIsDeletedUnlessAnotherDeviceClaimsIt() {
    device.with("user", key(1));
    isRecorded("user", exists(channel(1, 1, READY)));
    recorded = recorded.withUnsettledKey(key(2)).withUnsettledKey(key(3));
    exists(channel(2, 2, READY));
    exists(channel(3, 3, READY));
    claimed(2);
    claimed(3, new Conflict(OTHER, false, false, true, false));

    assertThat(writes()).containsExactly("delete 2");
  }

  @Test
  void aDeletedDeviceLosesRecordedAndUnrecordedChannels() {
    device.with("user", key(1)).with("mgmt", key(2)).delete();
    isRecorded("user", exists(channel(1, 1, READY)));
    isRecorded("gone", channel(7, 7, READY));
    exists(channel(2, 2, READY));
    exists(channel(9, 9, READY));
    claimed(2);

    assertThat(writes()).containsExactly("delete 1", "delete 2");
    assertThat(drift().forgotten()).containsExactly(uuid(7));
  }

  @Test
  void aDeletedDeviceLeavesWhatAnotherDeviceMayOwn() {
    device.with("user", key(1)).delete();
    exists(channel(1, 1, READY));
    claimed(1, new Conflict(OTHER, true, false, true, true));

    assertThat(writes()).isEmpty();
  }

  @Test
  void whatIsRecordedSurvivesDetails() {
    device.with("user", key(1)).with("mgmt", null);
    isRecorded("user", channel(1, 1, READY));
    TuneloRecordedState state =
        new TuneloRecordedState(
            recorded.channels(),
            recorded.owned(),
            Map.of(uuid(8), key(1)),
            Set.of(key(5)),
            Map.of(uuid(1), NOW),
            Optional.of(NOW),
            3);
    Map<String, Object> details = new HashMap<>();
    state
        .details(TuneloDesiredState.of(device.hardware()))
        .forEach((name, value) -> {
          if (value != null) {
            details.put(name, value);
          }
        });

    assertThat(TuneloRecordedState.of(new StateDetails(details))).isEqualTo(state);
    assertThat(details)
        .containsOnlyKeys(
            "channels",
            "changed_channels",
            "owned_channels",
            "unsettled_keys",
            "hub_lost_since",
            "hub_awaited_since",
            "failed_creations",
            "waiting_for")
        .containsEntry("waiting_for", "the device's key (mgmt)");
  }

  @Test
  void aRecordedUuidThatIsMalformedIsIgnored() {
    TuneloRecordedState state =
        TuneloRecordedState.of(
            new StateDetails(
                Map.of(
                    "channels", Map.of("user", Map.of("uuid", "../hubs")),
                    "owned_channels", List.of(Map.of("uuid", "x", "public_key", key(1)), "y"))));

    assertThat(state).isEqualTo(TuneloRecordedState.NOTHING);
  }
}
