package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.ReservationWindow;
import doni.worker.Change;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarDesiredState.NodePresence;
import doni.worker.blazar.BlazarDesiredState.NodeReport;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.CreateLease;
import doni.worker.blazar.BlazarWrite.EndLease;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import doni.worker.blazar.BlazarWrite.MoveLease;
import doni.worker.blazar.BlazarWrite.ReplaceLease;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The drift between windows and leases, by the minutes from now: no network. */
@NullMarked
class LeaseDriftTests {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:30Z");
  private static final Instant MINUTE = Instant.parse("2026-11-23T04:00:00Z");
  private static final UUID WINDOW = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static final UUID OTHER = UUID.fromString("00000000-0000-0000-0000-000000000002");
  private static final String NAME = BlazarDesiredState.LEASE_PREFIX + WINDOW;
  private static final String OTHER_NAME = BlazarDesiredState.LEASE_PREFIX + OTHER;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # window    | lease             | writes
          -60 to -30  |                   | nothing
          -60 to  0   |                   | nothing
          -60 to -30  | ACTIVE -60 to -30 | End
          -60 to -30  | ENDED -60 to -30  | End
           10 to  60  |                   | Create from 10 to 60
            0 to  60  |                   | Create from now to 60
          -30 to  60  |                   | Create from now to 60
           10 to  60  | PENDING 10 to 60  | nothing
           10 to  60  | PENDING 20 to 60  | Move start 10
           10 to  60  | PENDING 10 to 90  | Move end 60
           10 to  60  | PENDING 20 to 90  | Move start 10 end 60
          -10 to  60  | PENDING 10 to 60  | Move start now
          -10 to  60  | PENDING 0 to 60   | nothing
           10 to  60  | PENDING 0 to 60   | Move start 10
          -10 to  60  | ACTIVE -10 to 60  | nothing
          -10 to  60  | ACTIVE -10 to 90  | Move end 60
          -30 to  60  | ACTIVE -10 to 60  | nothing
           -5 to  60  | ACTIVE -10 to 60  | nothing
            1 to  60  | ACTIVE 0 to 60    | nothing
            2 to  60  | ACTIVE 0 to 60    | Replace from 2 to 60
           10 to  60  | ACTIVE -10 to 60  | Replace from 10 to 60
           10 to  60  | ENDED -90 to -60  | End, Create from 10 to 60
          -10 to  60  | BROKEN -10 to 60  | End, Create from now to 60
          -60 to -30  | BROKEN -60 to -30 | End
          """)
  void followsTheTable(String window, @Nullable String lease, String writes) {
    LeaseDrift drift =
        LeaseDrift.between(
            desired(window(WINDOW, window)),
            observed(lease == null ? List.of() : List.of(lease("l", lease, "1"))));

    assertThat(writes(drift).map(LeaseDriftTests::text))
        .isEqualTo(writes.equals("nothing") ? List.of() : Arrays.asList(writes.split(", ")));
    assertThat(drift.isEmpty()).isEqualTo(writes.equals("nothing"));
    assertThat(drift.refused()).isEmpty();
    assertThat(drift.changing()).isEmpty();
  }

  @Test
  void waitsForALeaseInTransition() {
    LeaseDrift drift =
        LeaseDrift.between(
            desired(window(WINDOW, "-10 to 60")),
            observed(List.of(lease("l", "CHANGING -10 to 60", "1"))));

    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.changing()).containsExactly(NAME);
  }

  @Test
  void endsTheLeaseOfAWindowThatIsGone() {
    BlazarLease lease = lease("l", "PENDING 10 to 60", "1");

    LeaseDrift drift = LeaseDrift.between(desired(), observed(List.of(lease)));

    assertThat(drift.freeing()).containsExactly(new EndLease(lease));
    assertThat(drift.taking()).isEmpty();
  }

  @Test
  void keepsTheOldestLeaseOfAWindow() {
    BlazarLease older = lease("b", "PENDING 10 to 60", "2026-11-22 10:00:00");
    BlazarLease newer = lease("a", "PENDING 10 to 60", "2026-11-22 10:00:01");

    LeaseDrift drift =
        LeaseDrift.between(desired(window(WINDOW, "10 to 60")), observed(List.of(newer, older)));

    assertThat(writes(drift)).containsExactly(new EndLease(newer));
  }

  @Test
  void doesNotReplaceAnActiveLeaseWhileTheNodeIsMissing() {
    LeaseDrift drift =
        LeaseDrift.between(
            desired(NodePresence.MISSING, window(WINDOW, "10 to 60")),
            observed(List.of(lease("l", "ACTIVE -10 to 60", "1"))));

    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.refused())
        .isEqualTo(
            Map.of(NAME, "its lease has started, and can only be replaced while the node exists"));
  }

  @ParameterizedTest
  @CsvSource({
    "PENDING 10 to 60,  false, End",
    "ACTIVE -10 to 60,  false, held",
    "BROKEN -10 to 60,  false, held",
    "ENDED -60 to -10,  false, End",
    "CHANGING 10 to 60, false, End",
    "ACTIVE -10 to 60,  true,  held",
    "BROKEN -10 to 60,  true,  End"
  })
  void endsNoLeaseThatBlazarWouldWedgeWithoutItsNode(
      String lease, boolean deleted, String expected) {
    BlazarLease present = lease("l", lease, "1");
    BlazarDesiredState desired = desired(NodePresence.MISSING);
    BlazarObservedState observed = observed(List.of(present));

    LeaseDrift drift =
        deleted
            ? LeaseDrift.ofDeleted(deleted(desired), observed)
            : LeaseDrift.between(desired, observed);

    assertThat(drift.freeing())
        .isEqualTo(expected.equals("End") ? List.of(new EndLease(present)) : List.of());
    assertThat(drift.held()).isEqualTo(expected.equals("held") ? List.of(present) : List.of());
  }

  private static BlazarDesiredState deleted(BlazarDesiredState desired) {
    return new BlazarDesiredState(
        desired.kind(),
        desired.uid(),
        desired.name(),
        desired.properties(),
        desired.managedKeys(),
        desired.windows(),
        desired.nodes(),
        desired.problem(),
        Map.of(),
        desired.generation(),
        true);
  }

  @Test
  void refusesAWindowThatIsTooShort() {
    ReservationWindow window =
        new ReservationWindow(WINDOW, MINUTE.plusSeconds(601), MINUTE.plusSeconds(640));

    LeaseDrift drift = LeaseDrift.between(desired(window), observed(List.of()));

    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.refused()).isEqualTo(Map.of(NAME, "shorter than one minute"));
  }

  @Test
  void comparesToTheMinute() {
    ReservationWindow window =
        new ReservationWindow(
            WINDOW, MINUTE.plusSeconds(601), MINUTE.plusSeconds(3600).plusMillis(59_999));

    LeaseDrift drift =
        LeaseDrift.between(desired(window), observed(List.of(lease("l", "PENDING 10 to 60", "1"))));

    assertThat(drift.isEmpty()).isTrue();
  }

  @Test
  void freesTimeBeforeItTakesTime() {
    BlazarLease grows = lease("l1", "PENDING 10 to 60", "1");
    BlazarLease shrinks = lease("l2", OTHER_NAME, "PENDING 60 to 200", "1");

    LeaseDrift drift =
        LeaseDrift.between(
            desired(window(WINDOW, "10 to 90"), window(OTHER, "100 to 200")),
            observed(List.of(grows, shrinks)));

    assertThat(drift.freeing())
        .containsExactly(
            new MoveLease(
                shrinks,
                new LeaseDates(new LeaseStart.At(minutes(100)), null),
                minutes(100),
                minutes(200)));
    assertThat(drift.taking())
        .containsExactly(
            new MoveLease(grows, new LeaseDates(null, minutes(90)), minutes(10), minutes(90)));
    assertThat(drift.refused()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # lease            | window   | another lease | refused
                             | 10 to 60 |  0 to 10      | false
                             | 10 to 60 | 60 to 90      | false
                             | 10 to 60 | 59 to 90      | true
          PENDING 10 to 60   | 10 to 90 | 90 to 99      | false
          PENDING 10 to 60   | 10 to 90 | 80 to 99      | true
          PENDING 20 to 60   | 10 to 60 |  0 to 15      | true
          PENDING 10 to 90   | 10 to 60 | 90 to 99      | false
          """)
  void takesNoTimeOfAnotherLease(
      @Nullable String lease, String window, String other, boolean refused) {
    ReservationWindow reserved = window(OTHER, other);

    List<BlazarLease> own = lease == null ? List.of() : List.of(lease("l", lease, "1"));

    LeaseDrift drift =
        LeaseDrift.between(desired(window(WINDOW, window)), observed(own, true, reserved));

    String kept =
        own.stream()
            .map(it -> "; its lease from %s to %s stays".formatted(it.start(), it.end()))
            .collect(Collectors.joining());
    String reason =
        "reserved by another lease from %s to %s%s"
            .formatted(reserved.start(), reserved.end(), kept);
    assertThat(drift.refused()).isEqualTo(refused ? Map.of(NAME, reason) : Map.of());
    assertThat(drift.isEmpty()).isEqualTo(refused);
  }

  @Test
  void endsAnActiveLeaseThatCannotBeReplaced() {
    BlazarLease lease = lease("l", "ACTIVE -10 to 60", "1");

    LeaseDrift drift =
        LeaseDrift.between(
            desired(window(WINDOW, "70 to 90")),
            observed(List.of(lease), true, window(OTHER, "80 to 85")));

    assertThat(writes(drift)).containsExactly(new EndLease(lease));
    assertThat(drift.refused()).containsOnlyKeys(NAME);
  }

  @Test
  void ofTwoWindowsAtTheSameTimeOneIsRefused() {
    LeaseDrift drift =
        LeaseDrift.between(
            desired(window(WINDOW, "10 to 60"), window(OTHER, "30 to 90")), observed(List.of()));

    assertThat(writes(drift).map(LeaseDriftTests::text)).containsExactly("Create from 10 to 60");
    assertThat(drift.refused())
        .isEqualTo(
            Map.of(
                OTHER_NAME,
                "reserved by another window from %s to %s".formatted(minutes(10), minutes(60))));
  }

  @Test
  void createsNoLeaseOfAResourceThatIsNotReservable() {
    LeaseDrift drift =
        LeaseDrift.between(desired(window(WINDOW, "10 to 60")), observed(List.of(), false));

    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.refused())
        .isEqualTo(Map.of(NAME, "Blazar reports the device as not reservable"));
  }

  @Test
  void eachWriteNamesItsChange() {
    BlazarLease lease = lease("l", "ACTIVE -10 to 60", "1");
    CreateLease create =
        new CreateLease(
            new DesiredLease(ResourceKind.DEVICE, NAME, "uid", new LeaseStart.Now(), minutes(60)));
    EndLease end = new EndLease(lease);
    MoveLease move =
        new MoveLease(lease, new LeaseDates(null, minutes(90)), minutes(-10), minutes(90));

    assertThat(create.changes()).containsExactly(Change.create("lease " + NAME));
    assertThat(end.changes()).containsExactly(Change.delete("lease " + NAME));
    assertThat(new ReplaceLease(end, create).changes())
        .containsExactly(Change.delete("lease " + NAME), Change.create("lease " + NAME));
    assertThat(move.changes())
        .containsExactly(
            Change.update(
                "lease " + NAME,
                minutes(-10) + " to " + minutes(60),
                minutes(-10) + " to " + minutes(90)));
  }

  private static Stream<BlazarWrite> writes(LeaseDrift drift) {
    return Stream.concat(drift.freeing().stream(), drift.taking().stream());
  }

  private static String text(BlazarWrite write) {
    return switch (write) {
      case EndLease _ -> "End";
      case CreateLease(DesiredLease lease) -> "Create" + times(lease);
      case ReplaceLease(_, CreateLease(DesiredLease lease)) -> "Replace" + times(lease);
      case MoveLease(_, LeaseDates dates, _, _) ->
          "Move"
              + (dates.start() == null ? "" : " start " + start(dates.start()))
              + (dates.end() == null ? "" : " end " + offset(dates.end()));
      default -> throw new AssertionError(write);
    };
  }

  private static String times(DesiredLease lease) {
    return " from " + start(lease.start()) + " to " + offset(lease.end());
  }

  private static String start(LeaseStart start) {
    return switch (start) {
      case LeaseStart.Now _ -> "now";
      case LeaseStart.At(Instant minute) -> Long.toString(offset(minute));
    };
  }

  private static long offset(Instant instant) {
    return Duration.between(MINUTE, instant).toMinutes();
  }

  private static Instant minutes(long offset) {
    return MINUTE.plus(Duration.ofMinutes(offset));
  }

  private static ReservationWindow window(UUID uuid, String text) {
    String[] parts = text.strip().split(" +to +", -1);
    return new ReservationWindow(
        uuid, minutes(Long.parseLong(parts[0])), minutes(Long.parseLong(parts[1])));
  }

  private static BlazarLease lease(String id, String text, String createdAt) {
    return lease(id, NAME, text, createdAt);
  }

  private static BlazarLease lease(String id, String name, String text, String createdAt) {
    String[] parts = text.strip().split(" +", -1);
    return new BlazarLease(
        id,
        name,
        "p",
        LeaseState.valueOf(parts[0]),
        minutes(Long.parseLong(parts[1])),
        minutes(Long.parseLong(parts[3])),
        createdAt,
        List.of());
  }

  private static BlazarObservedState observed(List<BlazarLease> leases) {
    return observed(leases, true);
  }

  private static BlazarObservedState observed(
      List<BlazarLease> leases, boolean reservable, ReservationWindow... reserved) {
    return new BlazarObservedState(
        Optional.of(new BlazarResource("r", "edge-01", reservable, null, Map.of())),
        List.of(),
        Optional.empty(),
        leases,
        Arrays.stream(reserved)
            .map(time ->
                new ResourceBooking(
                    "r", "b", "other", "q", LeaseState.PENDING, time.start(), time.end()))
            .toList(),
        NOW);
  }

  private static BlazarDesiredState desired(ReservationWindow... windows) {
    return desired(NodePresence.PRESENT, windows);
  }

  private static BlazarDesiredState desired(NodePresence node, ReservationWindow... windows) {
    return new BlazarDesiredState(
        ResourceKind.DEVICE,
        "uid",
        "edge-01",
        Map.of(),
        Set.of(),
        List.of(windows),
        new NodeReport(true, node == NodePresence.PRESENT ? Set.of("edge-01") : Set.of(), true),
        Optional.empty(),
        Map.of(),
        Generation.FIRST,
        false);
  }
}
