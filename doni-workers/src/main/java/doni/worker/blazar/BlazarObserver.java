package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import doni.worker.blazar.BlazarListings.LeaseArchive;
import doni.worker.blazar.BlazarListings.ResourceListing;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads what Blazar has of one piece of hardware. For one that has not changed it reads nothing but
 * the shared listings.
 */
final class BlazarObserver {

  private static final Comparator<BlazarResource> OLDEST_FIRST =
      Comparator.comparing(it -> it.createdAt() == null ? "" : it.createdAt());

  private final BlazarAccess access;
  private final BlazarClient client;
  private final ResourceKind kind;
  private final String uid;
  private final String name;
  private final boolean isNew;

  /**
   * @param before what is recorded when the attempt begins
   */
  BlazarObserver(BlazarAccess access, BlazarDesiredState desired, BlazarRecordedState before) {
    this.access = access;
    this.client = access.client();
    this.kind = desired.kind();
    this.uid = desired.uid();
    this.name = desired.name();
    this.isNew =
        !desired.deleted()
            && desired.windows().isEmpty()
            && before.resourceId().isEmpty()
            && before.leases().isEmpty()
            && !before.unsettled();
  }

  /** Returns the state by listings that may be some seconds old. */
  BlazarObservedState recent(BlazarRecordedState recorded) {
    ListedResources all = listing().recent();
    return observed(all.representing(uid), all.namesake(name, uid), bookings().recent(), recorded);
  }

  /** Returns the state as it is now. */
  BlazarObservedState current(BlazarRecordedState recorded) {
    Optional<BlazarResource> known =
        recorded
            .resourceId()
            .flatMap(id -> client.resource(kind, id))
            .filter(resource -> resource.represents(kind, uid));
    List<BlazarResource> found = new ArrayList<>(known.stream().toList());
    known.ifPresent(listing()::put);
    if (known.isEmpty()) {
      recorded.resourceId().ifPresent(listing()::remove);
    }
    ListedResources all = listed(known, recorded);
    String present = known.map(BlazarResource::id).orElse("");
    for (BlazarResource resource : all.representing(uid)) {
      if (resource.id().equals(present)) {
        continue;
      }
      client
          .resource(kind, resource.id())
          .ifPresentOrElse(found::add, () -> listing().remove(resource.id()));
    }
    return observed(found, all.namesake(name, uid), booked(found), recorded);
  }

  /** Returns the listing, as recent as what may have to be created or found demands. */
  private ListedResources listed(Optional<BlazarResource> known, BlazarRecordedState recorded) {
    if (recorded.unsettled()) {
      return listing().current();
    }
    return known.filter(it -> it.name().equalsIgnoreCase(name)).isPresent()
        ? listing().recent()
        : listing().beforeCreation();
  }

  private ResourceListing listing() {
    return access.listings().resources(kind);
  }

  private SharedSnapshot<List<ResourceBooking>> bookings() {
    return access.listings().bookings(kind);
  }

  /**
   * Returns the reservations, as recent as what may be written demands: those of the resource of a
   * new device without windows matter only where one has to be chosen, replaced or deleted.
   */
  private List<ResourceBooking> booked(List<BlazarResource> found) {
    boolean settled =
        found.isEmpty() || (found.size() == 1 && found.getFirst().name().equalsIgnoreCase(name));
    return isNew && settled ? bookings().recent() : bookings().fresh();
  }

  private BlazarObservedState observed(
      List<BlazarResource> found,
      Optional<BlazarResource> namesake,
      List<ResourceBooking> all,
      BlazarRecordedState recorded) {
    Optional<BlazarResource> resource = chosen(found, all);
    List<BlazarResource> duplicates =
        found.stream().filter(it -> !it.equals(resource.orElse(null))).toList();
    Map<String, BlazarLease> leases = new LinkedHashMap<>();
    List<ResourceBooking> others = new ArrayList<>();
    for (ResourceBooking booking : all) {
      if (found.stream().anyMatch(it -> it.id().equals(booking.resourceId()))) {
        if (booking.isWindow(client.projectId())) {
          lease(booking, recorded).ifPresent(lease -> leases.put(lease.id(), lease));
        } else {
          others.add(booking);
        }
      }
    }
    notBooked(leases, recorded).forEach(lease -> leases.put(lease.id(), lease));
    recorded.wedged().forEach(leases::remove);
    return new BlazarObservedState(
        resource, duplicates, namesake, List.copyOf(leases.values()), others, access.now());
  }

  /** Of several returns the reserved one, so that no lease is lost; otherwise the oldest. */
  private static Optional<BlazarResource> chosen(
      List<BlazarResource> found, List<ResourceBooking> bookings) {
    return found.stream()
        .min(
            Comparator.<BlazarResource, Boolean>comparing(
                    it -> bookings.stream().noneMatch(b -> b.resourceId().equals(it.id())))
                .thenComparing(OLDEST_FIRST));
  }

  private boolean isOurs(BlazarLease lease) {
    return lease.name().startsWith(BlazarDesiredState.LEASE_PREFIX)
        && lease.projectId().equals(client.projectId())
        && lease.reserves(uid);
  }

  /** A booking shows all of a recorded lease that is pending or active. */
  private Optional<BlazarLease> lease(ResourceBooking booking, BlazarRecordedState recorded) {
    boolean resting = booking.state() == LeaseState.PENDING || booking.state() == LeaseState.ACTIVE;
    return resting && recorded.leases().containsValue(booking.leaseId())
        ? Optional.of(
            new BlazarLease(
                booking.leaseId(),
                booking.leaseName(),
                booking.projectId(),
                booking.state(),
                booking.start(),
                booking.end(),
                null,
                List.of()))
        : client.lease(booking.leaseId()).filter(this::isOurs);
  }

  /** Returns leases that are over, or whose resource is gone. */
  private List<BlazarLease> notBooked(
      Map<String, BlazarLease> booked, BlazarRecordedState recorded) {
    LeaseArchive archive = access.listings().archive();
    Stream<String> archived = archive.recent().stream().filter(this::isOurs).map(BlazarLease::id);
    return Stream.concat(recorded.leases().values().stream(), archived)
        .distinct()
        .filter(id -> !booked.containsKey(id) && !recorded.wedged().contains(id))
        .flatMap(id -> known(id, archive).stream())
        .toList();
  }

  private Optional<BlazarLease> known(String id, LeaseArchive archive) {
    Optional<BlazarLease> lease = client.lease(id);
    if (lease.isEmpty()) {
      archive.remove(id);
    }
    return lease.filter(this::isOurs);
  }
}
