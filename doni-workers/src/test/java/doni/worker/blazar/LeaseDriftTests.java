package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.ReservationWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done about a window and the lease of its name, by the minutes from now. */
@NullMarked
class LeaseDriftTests {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:30Z");
  private static final Instant MINUTE = Instant.parse("2026-11-23T04:00:00Z");
  private static final UUID WINDOW = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static final String NAME = Wish.LEASE_PREFIX + WINDOW;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # window    | lease             | steps
          -60 to -30  |                   | nothing
          -60 to  0   |                   | nothing
          -60 to -30  | ACTIVE -60 to -30 | End
          -60 to -30  | ENDED -60 to -30  | End
           10 to  60  |                   | Grant from 10 to 60
            0 to  60  |                   | Grant from now to 60
          -30 to  60  |                   | Grant from now to 60
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
           10 to  60  | ACTIVE -10 to 60  | Replace from 10 to 60
          -10 to  60  | CHANGING -10 to 60 | Wait
           10 to  60  | ENDED -90 to -60  | End, Grant from 10 to 60
          -10 to  60  | BROKEN -10 to 60  | End, Grant from now to 60
          -60 to -30  | BROKEN -60 to -30 | End
          """)
  void followsTheTable(String window, @Nullable String lease, String steps) {
    LeaseDrift drift = LeaseDrift.between(wish(Wish.Underlying.THERE, window(window)), seen(lease));

    assertThat(drift.steps().stream().map(LeaseDriftTests::text).toList())
        .isEqualTo(steps.equals("nothing") ? List.of() : Arrays.asList(steps.split(", ")));
  }

  @Test
  void endsALeaseWhoseWindowIsGone() {
    LeaseDrift drift = LeaseDrift.between(wish(Wish.Underlying.THERE), seen("PENDING 10 to 60"));

    assertThat(drift.steps()).singleElement().isInstanceOf(LeaseStep.End.class);
  }

  @Test
  void keepsTheOldestOfOneName() {
    Lease older = lease("b", "PENDING 10 to 60", "2026-11-22 10:00:00");
    Lease newer = lease("a", "PENDING 10 to 60", "2026-11-22 10:00:01");

    LeaseDrift drift =
        LeaseDrift.between(
            wish(Wish.Underlying.THERE, window("10 to 60")), seen(List.of(newer, older)));

    assertThat(drift.steps()).containsExactly(new LeaseStep.End(newer));
    assertThat(drift.kept()).containsExactly(older);
  }

  @Test
  void doesNotEndARunningLeaseToBeginLaterWhileTheNodeIsMissing() {
    LeaseDrift drift =
        LeaseDrift.between(
            wish(Wish.Underlying.MISSING, window("10 to 60")), seen("ACTIVE -10 to 60"));

    assertThat(drift.steps()).singleElement().isInstanceOf(LeaseStep.Impossible.class);
    assertThat(drift.changes()).isEmpty();
  }

  @Test
  void saysThatAWindowIsTooShort() {
    ReservationWindow window =
        new ReservationWindow(WINDOW, MINUTE.plusSeconds(601), MINUTE.plusSeconds(640));

    LeaseDrift drift = LeaseDrift.between(wish(Wish.Underlying.THERE, window), seen(List.of()));

    assertThat(drift.steps())
        .containsExactly(new LeaseStep.Impossible(NAME, "it is shorter than a minute"));
  }

  @Test
  void comparesToTheMinute() {
    ReservationWindow window =
        new ReservationWindow(
            WINDOW, MINUTE.plusSeconds(601), MINUTE.plusSeconds(3600).plusMillis(59_999));

    LeaseDrift drift =
        LeaseDrift.between(wish(Wish.Underlying.THERE, window), seen("PENDING 10 to 60"));

    assertThat(drift.isEmpty()).isTrue();
  }

  @Test
  void freesTimeBeforeItTakesTime() {
    ReservationWindow longer = window("10 to 90");
    ReservationWindow other = new ReservationWindow(UUID.randomUUID(), minutes(100), minutes(200));
    Lease shrinks =
        new Lease(
            "l2",
            Wish.leaseName(other),
            "p",
            LeaseState.PENDING,
            minutes(60),
            minutes(200),
            null,
            List.of());

    LeaseDrift drift =
        LeaseDrift.between(
            wish(Wish.Underlying.THERE, longer, other),
            seen(List.of(lease("l1", "PENDING 10 to 60", "1"), shrinks)));

    assertThat(drift.steps())
        .extracting(LeaseStep::name)
        .containsExactly(Wish.leaseName(other), NAME);
  }

  private static String text(LeaseStep step) {
    return switch (step) {
      case LeaseStep.End _ -> "End";
      case LeaseStep.Grant(LeaseWish wish) -> "Grant" + times(wish);
      case LeaseStep.Replace(_, LeaseStep.Grant(LeaseWish wish)) -> "Replace" + times(wish);
      case LeaseStep.Move(_, Dates dates, _, _) ->
          "Move"
              + (dates.start() == null ? "" : " start " + start(dates.start()))
              + (dates.end() == null ? "" : " end " + offset(dates.end()));
      case LeaseStep.Wait _ -> "Wait";
      case LeaseStep.Impossible _ -> "Impossible";
    };
  }

  private static String times(LeaseWish wish) {
    return " from " + start(wish.start()) + " to " + offset(wish.end());
  }

  private static String start(Start start) {
    return switch (start) {
      case Start.Now _ -> "now";
      case Start.At(Instant minute) -> Long.toString(offset(minute));
    };
  }

  private static long offset(Instant instant) {
    return Duration.between(MINUTE, instant).toMinutes();
  }

  private static Instant minutes(long offset) {
    return MINUTE.plus(Duration.ofMinutes(offset));
  }

  private static ReservationWindow window(String text) {
    String[] parts = text.strip().split(" +to +", -1);
    return new ReservationWindow(
        WINDOW, minutes(Long.parseLong(parts[0])), minutes(Long.parseLong(parts[1])));
  }

  private static Lease lease(String id, String text, String createdAt) {
    String[] parts = text.strip().split(" +", -1);
    return new Lease(
        id,
        NAME,
        "p",
        LeaseState.valueOf(parts[0]),
        minutes(Long.parseLong(parts[1])),
        minutes(Long.parseLong(parts[3])),
        createdAt,
        List.of());
  }

  private static Observed seen(@Nullable String lease) {
    return seen(lease == null ? List.of() : List.of(lease("l", lease, "1")));
  }

  private static Observed seen(List<Lease> leases) {
    return new Observed(Optional.empty(), List.of(), leases, List.of(), NOW);
  }

  private static Wish wish(Wish.Underlying underlying, ReservationWindow... windows) {
    return new Wish(
        Kind.DEVICE,
        "uid",
        "edge-01",
        Map.of(),
        Set.of(),
        List.of(windows),
        underlying,
        Optional.empty(),
        Map.of(),
        false);
  }
}
