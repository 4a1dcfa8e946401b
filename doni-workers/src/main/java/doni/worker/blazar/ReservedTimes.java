package doni.worker.blazar;

import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The times for which the resource is reserved, while writes change them. */
final class ReservedTimes {

  private record ReservedTime(boolean ours, Instant from, Instant to) {}

  private final Map<String, ReservedTime> times = new LinkedHashMap<>();

  ReservedTimes(BlazarObservedState observed) {
    for (ResourceBooking booking : observed.others()) {
      times.put(
          booking.leaseId() + booking.start(),
          new ReservedTime(false, booking.start(), booking.end()));
    }
    observed.leases().stream()
        .filter(lease -> !lease.state().isOver())
        .forEach(lease -> take(lease.id(), lease.start(), lease.end()));
  }

  void take(String lease, Instant from, Instant to) {
    times.put(lease, new ReservedTime(true, from, to));
  }

  void free(String lease) {
    times.remove(lease);
  }

  /** Returns why a time cannot be had. */
  Optional<String> conflict(Instant from, Instant to, String ownLease) {
    return times.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(ownLease))
        .map(Map.Entry::getValue)
        .filter(time -> time.from().isBefore(to) && from.isBefore(time.to()))
        .findFirst()
        .map(time ->
            "reserved by %s from %s to %s"
                .formatted(
                    time.ours() ? "another window" : "another lease", time.from(), time.to()));
  }
}
