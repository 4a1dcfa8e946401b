package doni.worker.blazar;

import doni.worker.SharedNames;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The leases of users, as they are recorded for a resource. Neither the name of a lease nor its
 * project is recorded: a user chose them, and the owner of a device is not meant to learn them.
 */
final class UserLeases {

  /** A device can be leased for years ahead; the list is part of every answer about it. */
  static final int MOST = 50;

  private static final Comparator<ResourceBooking> BY_START =
      Comparator.comparing(ResourceBooking::start).thenComparing(ResourceBooking::leaseId);

  private UserLeases() {}

  /** Returns what is recorded for a resource, the next ones first. */
  static List<Map<String, Object>> of(String resourceId, List<ResourceBooking> others) {
    return others.stream()
        .filter(booking ->
            booking.resourceId().equals(resourceId) && booking.state() != LeaseState.ENDED)
        .sorted(BY_START)
        .limit(MOST)
        .map(UserLeases::recorded)
        .toList();
  }

  /** Returns what is recorded for each resource that users have leased, by its id. */
  static Map<String, List<Map<String, Object>>> byResource(List<ResourceBooking> others) {
    Map<String, List<ResourceBooking>> bookings =
        others.stream()
            .filter(booking -> booking.state() != LeaseState.ENDED)
            .collect(Collectors.groupingBy(ResourceBooking::resourceId));
    return bookings.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, entry -> of(entry.getKey(), entry.getValue())));
  }

  /**
   * Returns whether the details of a device have exactly these leases.
   *
   * @param leases null for none
   */
  static boolean areRecorded(
      Map<String, Object> details, @Nullable List<Map<String, Object>> leases) {
    return Objects.equals(details.get(SharedNames.USER_LEASES), leases);
  }

  private static Map<String, Object> recorded(ResourceBooking booking) {
    return Map.of(
        SharedNames.LEASE_ID,
        booking.leaseId(),
        SharedNames.LEASE_START,
        booking.start().toString(),
        SharedNames.LEASE_END,
        booking.end().toString(),
        SharedNames.LEASE_STATUS,
        switch (booking.state()) {
          case PENDING -> "pending";
          case ACTIVE -> "active";
          case BROKEN -> "error";
          case CHANGING, ENDED -> "changing";
        });
  }
}
