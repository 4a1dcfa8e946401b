package doni.worker.blazar;

import java.time.Instant;

/**
 * The current or future time for which a lease, of whomever, holds a resource.
 *
 * @param state of what it reserves; a lease that Blazar is at work on does not show as such
 * @param start to the minute
 * @param end to the minute
 */
record Booking(
    String resourceId,
    String leaseId,
    String leaseName,
    String projectId,
    LeaseState state,
    Instant start,
    Instant end) {

  boolean overlaps(Instant from, Instant to) {
    return start.isBefore(to) && from.isBefore(end);
  }
}
