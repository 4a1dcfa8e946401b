package doni.worker.blazar;

import doni.enrollment.ReservationWindow;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarDesiredState.NodePresence;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarWrite.CreateLease;
import doni.worker.blazar.BlazarWrite.EndLease;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import doni.worker.blazar.BlazarWrite.MoveLease;
import doni.worker.blazar.BlazarWrite.ReplaceLease;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the windows of one piece of hardware and its leases.
 *
 * @param freeing writes that free time: leases that end, and leases that get shorter
 * @param taking writes that take time afterwards
 * @param refused the windows that cannot be leased, by the lease's name, each with the reason
 * @param changing names of leases in transition
 * @param held the leases to end that Blazar cannot end now
 */
record LeaseDrift(
    List<BlazarWrite> freeing,
    List<BlazarWrite> taking,
    Map<String, String> refused,
    Set<String> changing,
    List<BlazarLease> held) {

  static final Comparator<BlazarLease> OLDEST_FIRST =
      Comparator.comparing((BlazarLease it) -> it.createdAt() == null ? "" : it.createdAt())
          .thenComparing(BlazarLease::id);

  /** A lease that starts early by so much stays, because Blazar's clock may be ahead of ours. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  LeaseDrift {
    freeing = List.copyOf(freeing);
    taking = List.copyOf(taking);
    refused = Map.copyOf(refused);
    changing = Set.copyOf(changing);
    held = List.copyOf(held);
  }

  /** Returns the difference for hardware that was deleted: it has no windows any more. */
  static LeaseDrift ofDeleted(BlazarDesiredState desired, BlazarObservedState observed) {
    Comparison comparison = new Comparison(desired, observed);
    observed.leases().forEach(comparison::end);
    return comparison.drift();
  }

  static LeaseDrift between(BlazarDesiredState desired, BlazarObservedState observed) {
    Comparison comparison = new Comparison(desired, observed);
    comparison.compare();
    return comparison.drift();
  }

  boolean isEmpty() {
    return freeing.isEmpty() && taking.isEmpty();
  }

  /** The comparison under way. */
  private static final class Comparison {

    private final BlazarDesiredState desired;
    private final BlazarObservedState observed;
    private final Instant now;
    private final List<BlazarWrite> freeing = new ArrayList<>();
    private final List<BlazarWrite> taking = new ArrayList<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private final Set<String> changing = new HashSet<>();
    private final List<BlazarLease> held = new ArrayList<>();
    private final ReservedTimes reserved;

    /** Of the resource that the leases reserve, which may still have a former name. */
    private final NodePresence node;

    private Comparison(BlazarDesiredState desired, BlazarObservedState observed) {
      this.desired = desired;
      this.observed = observed;
      this.now = observed.at();
      this.reserved = new ReservedTimes(observed);
      this.node =
          desired
              .nodes()
              .presence(observed.resource().map(BlazarResource::name).orElse(desired.name()));
    }

    private LeaseDrift drift() {
      return new LeaseDrift(freeing, taking, refused, changing, held);
    }

    private void compare() {
      Map<String, BlazarLease> current = new HashMap<>();
      Set<String> wanted = new HashSet<>();
      desired.windows().forEach(window -> wanted.add(BlazarDesiredState.leaseName(window)));
      for (BlazarLease lease : observed.leases().stream().sorted(OLDEST_FIRST).toList()) {
        boolean kept = wanted.contains(lease.name()) && !lease.state().isOver();
        if (!kept || current.putIfAbsent(lease.name(), lease) != null) {
          end(lease);
        }
      }
      List<BlazarWrite> growing = new ArrayList<>();
      for (ReservationWindow window : desired.windows()) {
        write(window, current.get(BlazarDesiredState.leaseName(window))).ifPresent(growing::add);
      }
      // Replacements first: they leave the time of a lease that has started.
      growing.sort(Comparator.comparingInt(Comparison::turn));
      growing.forEach(this::take);
    }

    private static int turn(BlazarWrite write) {
      return switch (write) {
        case ReplaceLease _ -> 0;
        case MoveLease _ -> 1;
        default -> 2;
      };
    }

    /**
     * Ends a lease. Where the node is missing, Blazar answers 500 to the end of one that has
     * started, and never releases it afterwards, not even when the node is back.
     */
    private void end(BlazarLease lease) {
      if (node == NodePresence.MISSING && needsNode(lease)) {
        held.add(lease);
        return;
      }
      freeing.add(new EndLease(lease));
      reserved.free(lease.id());
    }

    private boolean needsNode(BlazarLease lease) {
      return switch (lease.state()) {
        case ACTIVE -> true;
        // Nothing is lost with the broken lease of a device whose node may never come back.
        case BROKEN -> !desired.deleted();
        case PENDING, ENDED, CHANGING -> false;
      };
    }

    /** Returns the write for a window that takes time; one that frees time is added at once. */
    private Optional<BlazarWrite> write(ReservationWindow window, @Nullable BlazarLease lease) {
      String name = BlazarDesiredState.leaseName(window);
      Instant start = window.start().truncatedTo(ChronoUnit.MINUTES);
      Instant end = window.end().truncatedTo(ChronoUnit.MINUTES);
      if (!end.isAfter(now)) {
        if (lease != null) {
          end(lease);
        }
        return Optional.empty();
      }
      if (!start.isBefore(end)) {
        refused.put(name, "shorter than one minute");
        return Optional.empty();
      }
      if (lease == null) {
        return Optional.of(new CreateLease(lease(name, start, end)));
      }
      return switch (lease.state()) {
        case CHANGING -> {
          changing.add(name);
          yield Optional.empty();
        }
        case PENDING -> pending(lease, start, end);
        case ACTIVE -> active(lease, start, end);
        case ENDED, BROKEN -> throw new IllegalStateException("a lease that is over was ended");
      };
    }

    private Optional<BlazarWrite> pending(BlazarLease lease, Instant start, Instant end) {
      boolean begun = !start.isAfter(now);
      boolean sameStart = begun ? !lease.start().isAfter(now) : lease.start().equals(start);
      return move(lease, sameStart ? null : leaseStart(start), end);
    }

    private Optional<BlazarWrite> active(BlazarLease lease, Instant start, Instant end) {
      if (!start.isAfter(now.plus(CLOCK_SKEW))) {
        return move(lease, null, end);
      }
      if (node == NodePresence.MISSING) {
        refused.put(
            lease.name(), "its lease has started, and can only be replaced while the node exists");
        return Optional.empty();
      }
      return Optional.of(
          new ReplaceLease(new EndLease(lease), new CreateLease(lease(lease.name(), start, end))));
    }

    private Optional<BlazarWrite> move(BlazarLease lease, @Nullable LeaseStart start, Instant end) {
      boolean sameEnd = lease.end().equals(end);
      if (start == null && sameEnd) {
        return Optional.empty();
      }
      Instant from = start == null ? lease.start() : start.from(now);
      MoveLease move = new MoveLease(lease, new LeaseDates(start, sameEnd ? null : end), from, end);
      if (move.takesTime()) {
        return Optional.of(move);
      }
      freeing.add(move);
      reserved.take(lease.id(), from, end);
      return Optional.empty();
    }

    private void take(BlazarWrite write) {
      switch (write) {
        case ReplaceLease(EndLease end, CreateLease create) -> {
          reserved.free(end.lease().id());
          if (!create(write, create.lease())) {
            freeing.add(end);
          }
        }
        case MoveLease move -> {
          BlazarLease lease = move.lease();
          Optional<String> conflict = reserved.conflict(move.from(), move.to(), lease.id());
          if (conflict.isPresent()) {
            refused.put(lease.name(), conflict.get() + lease.stays());
          } else {
            taking.add(move);
            reserved.take(lease.id(), move.from(), move.to());
          }
        }
        case CreateLease create -> {
          var _ = create(write, create.lease());
        }
        default -> throw new IllegalStateException("takes no time: " + write);
      }
    }

    /** Adds the write, unless its lease cannot be had. */
    private boolean create(BlazarWrite write, DesiredLease lease) {
      boolean unfit = observed.resource().filter(resource -> !resource.reservable()).isPresent();
      Instant from = lease.start().from(now);
      Optional<String> problem =
          unfit
              ? Optional.of(
                  "Blazar reports the %s as not reservable".formatted(desired.kind().word()))
              : reserved.conflict(from, lease.end(), "");
      if (problem.isPresent()) {
        refused.put(lease.name(), problem.get());
        return false;
      }
      taking.add(write);
      reserved.take(lease.name(), from, lease.end());
      return true;
    }

    private DesiredLease lease(String name, Instant start, Instant end) {
      return new DesiredLease(desired.kind(), name, desired.uid(), leaseStart(start), end);
    }

    /** Blazar accepts the current minute, but its clock may already be in the next one. */
    private LeaseStart leaseStart(Instant start) {
      return start.isAfter(now) ? new LeaseStart.At(start) : new LeaseStart.Now();
    }
  }
}
