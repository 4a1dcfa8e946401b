package doni.worker.blazar;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What of a piece of hardware is in Blazar.
 *
 * @param resource the one that stands for it
 * @param duplicates more that claim to stand for it
 * @param leases ours, of whichever state, without those that are wedged
 * @param others the times for which leases that are not ours hold the resource
 */
record Observed(
    Optional<Resource> resource,
    List<Resource> duplicates,
    List<Lease> leases,
    List<Booking> others,
    Instant at) {

  Observed {
    duplicates = List.copyOf(duplicates);
    leases = List.copyOf(leases);
    others = List.copyOf(others);
  }
}
