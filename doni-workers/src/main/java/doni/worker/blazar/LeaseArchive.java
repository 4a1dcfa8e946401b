package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All leases that Blazar has, those too that are over: it never forgets one by itself. The list is
 * long and says of current ones nothing that {@link Reservations#bookings} does not, so it is read
 * rarely.
 */
final class LeaseArchive {

  private static final Duration LIFETIME = Duration.ofHours(1);

  private final SharedSnapshot<List<Lease>> listing;
  private final Set<String> gone = ConcurrentHashMap.newKeySet();

  LeaseArchive(Reservations reservations, Clock clock) {
    this.listing =
        new SharedSnapshot<>(
            () -> {
              List<Lease> all = reservations.leases();
              gone.clear();
              return all;
            },
            LIFETIME,
            clock);
  }

  /** As it was at some time in the last hour, without those that are known to be gone. */
  List<Lease> recent() {
    return listing.recent().stream().filter(lease -> !gone.contains(lease.id())).toList();
  }

  void isGone(String id) {
    gone.add(id);
  }
}
