package doni.worker.blazar;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds what of one piece of hardware is in Blazar. Reads only, and of a piece that is as it was
 * nothing but the shared listings.
 */
final class Observer {

  private static final Comparator<Resource> OLDEST_FIRST =
      Comparator.comparing(r -> r.createdAt() == null ? "" : r.createdAt());

  private final Site site;
  private final Wish wish;
  private final Recorded recorded;

  Observer(Site site, Wish wish, Recorded recorded) {
    this.site = site;
    this.wish = wish;
    this.recorded = recorded;
  }

  /** Through listings that may be some seconds old. */
  Observed glance() {
    return observed(
        claimants(site.board(wish.kind()).recent()), site.bookings(wish.kind()).recent());
  }

  /** As it is now. */
  Observed look() {
    return observed(resourcesAfresh(), site.bookings(wish.kind()).fresh());
  }

  private List<Resource> resourcesAfresh() {
    Optional<Resource> known =
        recorded.resourceId().flatMap(id -> site.reservations().resource(wish.kind(), id));
    if (known.isPresent() && known.get().standsFor(wish.kind(), wish.uid())) {
      return List.of(known.get());
    }
    recorded.resourceId().ifPresent(site.board(wish.kind())::isGone);
    List<Resource> found = new ArrayList<>();
    for (Resource resource : claimants(site.board(wish.kind()).almostFresh())) {
      site.reservations()
          .resource(wish.kind(), resource.id())
          .ifPresentOrElse(found::add, () -> site.board(wish.kind()).isGone(resource.id()));
    }
    return found;
  }

  private List<Resource> claimants(List<Resource> all) {
    return all.stream().filter(r -> r.standsFor(wish.kind(), wish.uid())).toList();
  }

  private Observed observed(List<Resource> claimants, List<Booking> all) {
    Optional<Resource> resource = chosen(claimants, all);
    List<Resource> duplicates =
        claimants.stream().filter(r -> !r.equals(resource.orElse(null))).toList();
    Map<String, Lease> leases = new LinkedHashMap<>();
    List<Booking> others = new ArrayList<>();
    for (Booking booking : all) {
      if (claimants.stream().anyMatch(r -> r.id().equals(booking.resourceId()))) {
        if (isOurs(booking)) {
          current(booking).ifPresent(lease -> leases.put(lease.id(), lease));
        } else {
          others.add(booking);
        }
      }
    }
    notBooked(leases).forEach(lease -> leases.put(lease.id(), lease));
    recorded.wedged().forEach(leases::remove);
    return new Observed(resource, duplicates, List.copyOf(leases.values()), others, site.now());
  }

  /** Of several the one that is reserved, so that no lease is lost; else the oldest. */
  private static Optional<Resource> chosen(List<Resource> claimants, List<Booking> bookings) {
    return claimants.stream()
        .min(
            Comparator.<Resource, Boolean>comparing(
                    r -> bookings.stream().noneMatch(b -> b.resourceId().equals(r.id())))
                .thenComparing(OLDEST_FIRST));
  }

  private boolean isOurs(Booking booking) {
    return booking.leaseName().startsWith(Wish.LEASE_PREFIX)
        && booking.projectId().equals(site.reservations().projectId());
  }

  private boolean isOurs(Lease lease) {
    return lease.name().startsWith(Wish.LEASE_PREFIX)
        && lease.projectId().equals(site.reservations().projectId())
        && lease.reserves(wish.uid());
  }

  /** A booking tells all of a lease that is plainly to come or running. */
  private Optional<Lease> current(Booking booking) {
    boolean plain = booking.state() == LeaseState.PENDING || booking.state() == LeaseState.ACTIVE;
    return plain && recorded.leases().containsValue(booking.leaseId())
        ? Optional.of(
            new Lease(
                booking.leaseId(),
                booking.leaseName(),
                booking.projectId(),
                booking.state(),
                booking.start(),
                booking.end(),
                null,
                List.of()))
        : site.reservations().lease(booking.leaseId()).filter(this::isOurs);
  }

  /** Those that are over, or that nothing is known of since their resource is gone. */
  private List<Lease> notBooked(Map<String, Lease> booked) {
    Stream<String> archived = site.archive().recent().stream().filter(this::isOurs).map(Lease::id);
    return Stream.concat(recorded.leases().values().stream(), archived)
        .distinct()
        .filter(id -> !booked.containsKey(id) && !recorded.wedged().contains(id))
        .flatMap(id -> known(id).stream())
        .toList();
  }

  private Optional<Lease> known(String id) {
    Optional<Lease> lease = site.reservations().lease(id);
    if (lease.isEmpty()) {
      site.archive().isGone(id);
    }
    return lease.filter(this::isOurs);
  }
}
