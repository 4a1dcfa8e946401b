package doni.worker.blazar;

import doni.enrollment.ReservationWindow;
import doni.worker.Change;
import doni.worker.blazar.LeaseStep.End;
import doni.worker.blazar.LeaseStep.Grant;
import doni.worker.blazar.LeaseStep.Impossible;
import doni.worker.blazar.LeaseStep.Move;
import doni.worker.blazar.LeaseStep.Replace;
import doni.worker.blazar.LeaseStep.Wait;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the leases of one piece of hardware differ from its windows: the steps that remove the
 * difference, those that free time first.
 *
 * @param kept leases that are right as they are
 */
record LeaseDrift(List<LeaseStep> steps, List<Lease> kept) {

  private static final Comparator<Lease> OLDEST_FIRST =
      Comparator.comparing((Lease lease) -> lease.createdAt() == null ? "" : lease.createdAt())
          .thenComparing(Lease::id);

  LeaseDrift {
    steps = List.copyOf(steps);
    kept = List.copyOf(kept);
  }

  static LeaseDrift between(Wish wish, Observed observed) {
    Map<String, ReservationWindow> windows = new HashMap<>();
    wish.windows().forEach(window -> windows.put(Wish.leaseName(window), window));
    Rules rules = new Rules(wish, observed.at());
    List<LeaseStep> steps = new ArrayList<>();
    Map<String, Lease> current = new HashMap<>();
    for (Lease lease : observed.leases().stream().sorted(OLDEST_FIRST).toList()) {
      boolean wanted = windows.containsKey(lease.name()) && !lease.state().isOver();
      if (!wanted || current.putIfAbsent(lease.name(), lease) != null) {
        steps.add(new End(lease));
      }
    }
    List<Lease> kept = new ArrayList<>();
    for (ReservationWindow window : wish.windows()) {
      Lease lease = current.get(Wish.leaseName(window));
      Optional<LeaseStep> step = rules.step(window, lease);
      step.ifPresent(steps::add);
      if (step.isEmpty() && lease != null) {
        kept.add(lease);
      }
    }
    steps.sort(Comparator.comparingInt(LeaseDrift::turn));
    return new LeaseDrift(steps, kept);
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  List<Change> changes() {
    return steps.stream().flatMap(step -> step.changes().stream()).toList();
  }

  private static int turn(LeaseStep step) {
    return switch (step) {
      case End _ -> 0;
      case Move move -> move.grows() ? 3 : 1;
      case Replace _ -> 2;
      case Grant _ -> 4;
      case Wait _, Impossible _ -> 5;
    };
  }

  /**
   * What is to be done about one window and the lease of its name, by the table in Blazar's facts.
   */
  private record Rules(Wish wish, Instant now) {

    Optional<LeaseStep> step(ReservationWindow window, @Nullable Lease lease) {
      String name = Wish.leaseName(window);
      Instant start = window.start().truncatedTo(ChronoUnit.MINUTES);
      Instant end = window.end().truncatedTo(ChronoUnit.MINUTES);
      if (!end.isAfter(now)) {
        return Optional.ofNullable(lease).map(End::new);
      }
      if (!start.isBefore(end)) {
        return Optional.of(new Impossible(name, "it is shorter than a minute"));
      }
      if (lease == null) {
        return Optional.of(new Grant(wish(name, start, end)));
      }
      return switch (lease.state()) {
        case CHANGING -> Optional.of(new Wait(name));
        case PENDING -> pending(lease, start, end);
        case ACTIVE -> active(lease, start, end);
        case ENDED, BROKEN -> Optional.of(new End(lease));
      };
    }

    private Optional<LeaseStep> pending(Lease lease, Instant start, Instant end) {
      boolean begun = !start.isAfter(now);
      boolean sameStart = begun ? !lease.start().isAfter(now) : lease.start().equals(start);
      @Nullable Start wanted = sameStart ? null : start(start);
      return move(lease, wanted, end);
    }

    private Optional<LeaseStep> active(Lease lease, Instant start, Instant end) {
      if (!start.isAfter(now)) {
        return move(lease, null, end);
      }
      if (wish.underlying() == Wish.Underlying.MISSING) {
        return Optional.of(
            new Impossible(
                lease.name(),
                "it has begun and is to begin later, which takes the node to be there"));
      }
      return Optional.of(new Replace(new End(lease), new Grant(wish(lease.name(), start, end))));
    }

    private Optional<LeaseStep> move(Lease lease, @Nullable Start start, Instant end) {
      boolean sameEnd = lease.end().equals(end);
      if (start == null && sameEnd) {
        return Optional.empty();
      }
      Instant from = start == null ? lease.start() : start.from(now);
      return Optional.of(new Move(lease, new Dates(start, sameEnd ? null : end), from, end));
    }

    private LeaseWish wish(String name, Instant start, Instant end) {
      return new LeaseWish(wish.kind(), name, wish.uid(), start(start), end);
    }

    /** Blazar takes the current minute, but its clock may be in the next one. */
    private Start start(Instant start) {
      return start.isAfter(now) ? new Start.At(start) : new Start.Now();
    }
  }
}
