package doni.worker.tunelo;

import static doni.worker.tunelo.EdgeDevice.created;
import static doni.worker.tunelo.EdgeDevice.deleted;
import static doni.worker.tunelo.EdgeDevice.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.simulator.http.Fault;
import doni.simulator.tunelo.SimulatedTunelo;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext.Cause;
import doni.worker.RequeueTrigger;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuneloWorkerIT {

  private final TuneloSite site = new TuneloSite();
  private final SimulatedTunelo tunelo = site.tunelo();

  @AfterEach
  void close() {
    site.close();
  }

  private static Outcome.Deferred deferred(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Deferred.class);
    return (Outcome.Deferred) outcome;
  }

  private static Outcome.Failed failed(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return (Outcome.Failed) outcome;
  }

  @Test
  void makesAChannelAndReportsWhatTheDeviceNeeds() {
    EdgeDevice device = site.enroll().with("user", key(1));

    Outcome outcome = site.requested(device);

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).containsExactly(created("user", 1)));
    assertThat(tunelo.channels(key(1))).containsExactly(device.uuid("user"));
    Map<?, ?> reported = device.reported("user").orElseThrow();
    assertThat(reported.keySet().stream().map(String::valueOf))
        .containsExactlyInAnyOrder("uuid", "ip", "endpoint", "peers");
    assertThat(String.valueOf(reported.get("ip"))).startsWith("10.0.3.");
    assertThat(String.valueOf(reported.get("peers")))
        .contains("endpoint=192.0.2.10:51820", "public_key=HUBKEY", "ip=10.0.3.");
  }

  @Test
  void makesOneChannelForEachEntry() {
    EdgeDevice device = site.enroll().with("user", key(1)).with("mgmt", key(2));

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels())
        .containsExactlyInAnyOrder(device.uuid("user"), device.uuid("mgmt"));
    assertThat(tunelo.hubs()).hasSize(1);
  }

  @Test
  void makesNothingWithoutAKey() {
    EdgeDevice device = site.enroll().with("user", null);

    Outcome outcome = site.requested(device);

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).containsEntry("waiting_for", "the device's key (user)");
    assertThat(tunelo.calls().total()).isZero();

    device.with("user", key(1));
    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).doesNotContainKey("waiting_for");
    assertThat(tunelo.channels(key(1))).hasSize(1);
  }

  @Test
  void hasNothingToDoWithoutChannels() {
    assertThat(site.requested(site.enroll())).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.calls().total()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "not a key!!",
        "AQEB",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
      })
  void failsAnEntryWhoseKeyIsMalformedAndDoesTheOther(String malformed) {
    EdgeDevice device = site.enroll().with("user", malformed).with("mgmt", key(2));

    Outcome.Failed outcome = failed(site.requested(device));

    assertThat(outcome.retryable()).isFalse();
    assertThat(outcome.message())
        .isEqualTo("user: public_key must be 32 bytes in base64 (44 characters)");
    assertThat(tunelo.channels()).containsExactly(device.uuid("mgmt"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"REQUESTED", "SCHEDULED"})
  void writesNothingWhenNothingHasChanged(Cause cause) {
    EdgeDevice device = site.steady(1);
    Map<String, Object> details = Map.copyOf(device.details());
    tunelo.calls().clear();

    Outcome outcome = device.record(site.plan(device, cause).apply(WriteGate.OPEN));

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).isEmpty());
    assertThat(tunelo.calls().writes()).isZero();
    // Requested: the channel itself and the listing, for a second channel with the key.
    assertThat(tunelo.calls().total()).isEqualTo(cause == Cause.REQUESTED ? 2 : 1);
    assertThat(device.details()).isEqualTo(details);
  }

  @Test
  void sweepsAllDevicesWithOneListing() {
    List<EdgeDevice> devices = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      devices.add(site.steady(i));
    }
    site.clock().advance(Duration.ofMinutes(1));
    tunelo.calls().clear();

    devices.forEach(device -> assertThat(site.swept(device)).isInstanceOf(Outcome.Synced.class));

    assertThat(tunelo.calls().total()).isEqualTo(1);
    assertThat(tunelo.calls().count("GET", "/channels")).isEqualTo(1);
  }

  @Test
  void replacesAChannelWhoseKeyHasChanged() {
    EdgeDevice device = site.steady(1);
    String former = device.uuid("user");
    device.with("user", key(2));

    Outcome outcome = site.requested(device);

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced ->
            assertThat(synced.changes()).containsExactly(deleted(former, 1), created("user", 2)));
    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
    assertThat(tunelo.channels(key(2))).hasSize(1);
    assertThat(tunelo.calls().count("PUT", ".*")).isZero();
  }

  @Test
  void removesTheChannelOfAnEntryThatIsGone() {
    EdgeDevice device = site.enroll().with("user", key(1)).with("mgmt", key(2));
    site.requested(device);
    device.without("mgmt");

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
    assertThat(device.reported("mgmt")).isEmpty();
  }

  @Test
  void adoptsAChannelThatWasMadeAndNeverRecorded() {
    String lost = tunelo.addChannel(key(1));
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(device.uuid("user")).isEqualTo(lost);
    assertThat(tunelo.calls().writes()).isZero();
  }

  @Test
  void keepsTheBestOfSeveralAndDeletesTheOthers() {
    String withoutHub = tunelo.addChannel(key(1));
    tunelo.loseHubs();
    List<String> withHub = List.of(tunelo.addChannel(key(1)), tunelo.addChannel(key(1)));
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(device.uuid("user")).isEqualTo(withHub.stream().sorted().findFirst().orElseThrow());
    assertThat(tunelo.channels()).containsExactly(device.uuid("user")).doesNotContain(withoutHub);
  }

  @Test
  void manyEnrollmentsListTheChannelsOnce() {
    for (int i = 1; i <= 20; i++) {
      site.clock().advance(Duration.ofMillis(100));
      assertThat(site.requestedAtOnce(site.enroll().with("user", key(i))))
          .isInstanceOf(Outcome.Synced.class);
    }

    assertThat(tunelo.channels()).hasSize(20);
    assertThat(tunelo.calls().count("GET", "/channels")).isEqualTo(1);
  }

  @Test
  void replacesAChannelThatIsGoneAlthoughTheListingStillShowsIt() {
    EdgeDevice device = site.steady(1);
    listedNow();
    tunelo.remove(device.uuid("user"));

    assertThat(site.requestedAtOnce(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels(key(1))).containsExactly(device.uuid("user"));
  }

  @Test
  void adoptsNoChannelThatIsGoneAlthoughTheListingStillShowsIt() {
    String foreign = tunelo.addChannel(key(1));
    listedNow();
    tunelo.remove(foreign);
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(site.requestedAtOnce(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels(key(1))).containsExactly(device.uuid("user"));
  }

  @Test
  void adoptsAChannelThatWasMadeAfterTheListingAndNeverConfirmed() {
    listedNow();
    EdgeDevice device = site.enroll().with("user", key(1));
    tunelo.faults().add(Fault.on("POST", "/channels").dropping().afterTheWork().once());
    assertThat(site.requestedAtOnce(device)).isInstanceOf(Outcome.Failed.class);
    assertThat(tunelo.channels(key(1))).hasSize(1);
    site.clock().advance(Duration.ofSeconds(1));

    assertThat(site.requestedAtOnce(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels(key(1))).containsExactly(device.uuid("user"));
  }

  private void listedNow() {
    assertThat(site.requestedAtOnce(site.enroll().with("user", key(99))))
        .isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void removesASecondChannelThatAStalledReplicaMade() {
    EdgeDevice device = site.steady(1);
    tunelo.addChannel(key(1));

    assertThat(site.scheduled(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
  }

  @Test
  void aRequestedSyncRemovesASecondChannel() {
    EdgeDevice device = site.steady(1);
    tunelo.addChannel(key(1));

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
  }

  @Test
  void theEndOfADeviceMakesThoseDueThatWaitForItsKey() {
    Set<String> due = new HashSet<>();
    site.worker().start(requeuing(due));
    EdgeDevice holder = site.steady(1);
    EdgeDevice waiting = site.enroll().with("user", key(1));
    assertThat(site.requested(waiting)).isInstanceOf(Outcome.Deferred.class);

    assertThat(site.requested(holder.delete())).isInstanceOf(Outcome.Gone.class);
    assertThat(due).containsExactly(waiting.id().toString());

    site.disenroll(holder);
    assertThat(site.requested(waiting)).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  void anotherKeyOfADeviceMakesThoseDueThatWaitForTheFormerOne() {
    Set<String> due = new HashSet<>();
    site.worker().start(requeuing(due));
    EdgeDevice holder = site.steady(1);
    EdgeDevice waiting = site.enroll().with("user", key(1));

    assertThat(site.requested(holder.with("user", key(2)))).isInstanceOf(Outcome.Synced.class);
    assertThat(due).containsExactly(waiting.id().toString());
    assertThat(site.requested(waiting)).isInstanceOf(Outcome.Synced.class);
  }

  private static RequeueTrigger requeuing(Set<String> due) {
    return new RequeueTrigger() {
      @Override
      public void requeueByName(Collection<String> names) {
        due.addAll(names);
      }

      @Override
      public void requeueWhere(String property, Collection<String> values) {}
    };
  }

  @Test
  void aChannelWhoseKeyWasChangedIsKnownUntilItIsGone() {
    EdgeDevice device = site.steady(1);
    String changed = device.uuid("user");
    tunelo.update(changed, key(9));

    for (int attempt = 0; attempt < 3; attempt++) {
      assertThat(site.requested(device))
          .asInstanceOf(type(Outcome.Synced.class))
          .satisfies(synced -> assertThat(synced.unrepaired()).isPresent());
      assertThat(device.details().get("changed_channels"))
          .isEqualTo(List.of(Map.of("uuid", changed, "public_key", key(1))));
    }
    assertThat(tunelo.channels()).containsExactlyInAnyOrder(changed, device.uuid("user"));

    tunelo.remove(changed);
    assertThat(site.requested(device))
        .asInstanceOf(type(Outcome.Synced.class))
        .returns(Optional.empty(), Outcome.Synced::unrepaired);
    assertThat(device.details()).doesNotContainKey("changed_channels");
  }

  @Test
  void aChangedChannelThatHasItsKeyAgainIsDeleted() {
    EdgeDevice device = site.steady(1);
    String changed = device.uuid("user");
    tunelo.update(changed, key(9));
    site.requested(device);

    tunelo.update(changed, key(1));
    site.requested(device);

    assertThat(tunelo.channels()).containsExactly(device.uuid("user")).doesNotContain(changed);
  }

  @Test
  void aChangedChannelIsNamedWhenItsDeviceIsDeleted() {
    EdgeDevice device = site.steady(1);
    String changed = device.uuid("user");
    tunelo.update(changed, key(9));
    site.requested(device);

    Outcome gone = site.requested(device.delete());

    assertThat(gone).isInstanceOf(Outcome.Gone.class);
    assertThat(gone.changes())
        .extracting(Change::object)
        .contains("channel %s, changed by another client and left alone".formatted(changed));
    assertThat(tunelo.channels()).containsExactly(changed);
  }

  @Test
  void refusesTheLaterOfTwoEntriesWithOneKey() {
    EdgeDevice device = site.enroll().with("user", key(1)).with("mgmt", key(1));

    assertThat(failed(site.requested(device)).message())
        .isEqualTo("mgmt: public_key is already used by channel user");
    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
  }

  @Test
  void refusesTheLaterOfTwoDevicesWithOneKey() {
    EdgeDevice first = site.steady(1);
    EdgeDevice second = site.enroll().with("user", key(1));

    assertThat(site.requested(second))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofMinutes(1), Outcome.Deferred::after)
        .returns(
            "user: public_key is already used by another device; give one of them another key, or"
                + " delete the other device",
            Outcome.Deferred::reason);
    assertThat(second.reported("user")).isEmpty();
    assertThat(site.requested(first)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels()).containsExactly(first.uuid("user"));

    site.requested(second.delete());
    assertThat(tunelo.channels()).containsExactly(first.uuid("user"));
  }

  @Test
  void waitsUntilADeletedDeviceHasGivenUpTheKey() {
    EdgeDevice former = site.steady(1).delete();
    EdgeDevice again = site.enroll().with("user", key(1));

    assertThat(deferred(site.requested(again)).after()).isEqualTo(Duration.ofSeconds(10));

    assertThat(site.requested(former)).isInstanceOf(Outcome.Gone.class);
    site.disenroll(former);
    assertThat(site.requested(again)).isInstanceOf(Outcome.Synced.class);
    assertThat(tunelo.channels()).containsExactly(again.uuid("user"));
  }

  @Test
  void deletesAllChannelsOfADeletedDevice() {
    EdgeDevice device = site.enroll().with("user", key(1)).with("mgmt", key(2));
    site.requested(device);
    String others = tunelo.addChannel(key(9));

    Outcome outcome = site.requested(device.delete());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Gone.class))
        .satisfies(gone -> assertThat(gone.changes()).hasSize(2));
    assertThat(tunelo.channels()).containsExactly(others);
    assertThat(tunelo.hubs()).hasSize(1);
  }

  @Test
  void deletesAlsoAChannelThatWasNeverRecorded() {
    EdgeDevice device = site.enroll().with("user", key(1));
    tunelo.addChannel(key(1));

    assertThat(site.requested(device.delete())).isInstanceOf(Outcome.Gone.class);

    assertThat(tunelo.channels()).isEmpty();
  }

  @Test
  void deletingWhatNeverExistedAsksNothing() {
    assertThat(site.requested(site.enroll().delete())).isEqualTo(new Outcome.Gone(List.of()));
    assertThat(tunelo.calls().total()).isZero();
  }

  @Test
  void neverDeletesAPortThatIsNoChannelOfOurs() {
    String server = tunelo.addOrdinaryPort();
    String foreign = tunelo.addChannel(key(9));
    EdgeDevice device = site.steady(1);
    String hub = tunelo.hubs().getFirst();
    for (String wrong : List.of(server, foreign, hub)) {
      EdgeDevice confused = site.enroll().with("user", key(20 + tunelo.channels().size()));
      confused
          .details()
          .put("channels", Map.of("user", Map.of("uuid", wrong), "mgmt", Map.of("uuid", wrong)));

      assertThat(site.requested(confused)).isInstanceOf(Outcome.Synced.class);
      assertThat(confused.uuid("user")).isNotEqualTo(wrong);
      assertThat(site.requested(confused.delete())).isInstanceOf(Outcome.Gone.class);
      site.disenroll(confused);
    }

    assertThat(List.of(server, foreign, hub)).allMatch(tunelo::hasPort);
    assertThat(tunelo.channels()).contains(device.uuid("user"));
  }

  @Test
  void findsAChannelOfAFormerKeyWhoseCreationGotLost() {
    EdgeDevice device = site.enroll().with("user", key(1));
    tunelo.faults().add(Fault.on("POST", "/channels").dropping().afterTheWork().once());
    assertThat(failed(site.requested(device)).retryable()).isTrue();
    device.with("user", key(2));

    assertThat(site.requested(device)).isInstanceOf(Outcome.Synced.class);

    assertThat(tunelo.channels()).containsExactly(device.uuid("user"));
    assertThat(tunelo.channels(key(2))).hasSize(1);
    assertThat(device.details()).doesNotContainKey("unsettled_keys");
  }

  @Test
  void plansWhatItWritesWithoutWritingIt() {
    EdgeDevice device = site.enroll().with("user", key(1));

    assertThat(site.plan(device, Cause.REQUESTED).changes()).containsExactly(created("user", 1));
    assertThat(tunelo.calls().writes()).isZero();
  }
}
