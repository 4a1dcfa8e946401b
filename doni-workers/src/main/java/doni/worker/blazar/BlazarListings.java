package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.ListedResources.OwnWrites;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Blazar offers only for the whole site, read once for all devices: it takes some milliseconds
 * for each resource, and offers no search.
 */
final class BlazarListings {

  private static final Duration BOOKINGS_LIFETIME = Duration.ofSeconds(20);

  private final Map<ResourceKind, ResourceListing> resources = new EnumMap<>(ResourceKind.class);
  private final Map<ResourceKind, SharedSnapshot<List<ResourceBooking>>> bookings =
      new EnumMap<>(ResourceKind.class);
  private final LeaseArchive archive;

  BlazarListings(BlazarClient client, Clock clock) {
    this.archive = new LeaseArchive(client, clock);
    for (ResourceKind kind : ResourceKind.values()) {
      resources.put(kind, new ResourceListing(client, kind, clock));
      bookings.put(
          kind, new SharedSnapshot<>(() -> client.bookings(kind), BOOKINGS_LIFETIME, clock));
    }
  }

  ResourceListing resources(ResourceKind kind) {
    return Objects.requireNonNull(resources.get(kind));
  }

  SharedSnapshot<List<ResourceBooking>> bookings(ResourceKind kind) {
    return Objects.requireNonNull(bookings.get(kind));
  }

  LeaseArchive archive() {
    return archive;
  }

  /**
   * The resources of one kind. Our own writes are added to what was read, so that a hundred
   * enrollments do not read the list a hundred times.
   */
  static final class ResourceListing {

    /** Recent enough to decide that nothing has changed. */
    private static final Duration LIFETIME = Duration.ofMinutes(1);

    /** Shorter than the take-over from a dead replica, so that its last creation is seen. */
    private static final Duration BEFORE_CREATION = Duration.ofSeconds(10);

    private final Clock clock;
    private final SharedSnapshot<ListedResources> listing;
    private final OwnWrites own = new OwnWrites();

    private ResourceListing(BlazarClient client, ResourceKind kind, Clock clock) {
      this.clock = clock;
      this.listing =
          new SharedSnapshot<>(
              () -> {
                Instant askedAt = clock.instant();
                List<BlazarResource> all = client.resources(kind);
                // The listing before this one may still be in use.
                own.forgetBefore(askedAt.minus(LIFETIME));
                return new ListedResources(kind, all, askedAt, own);
              },
              LIFETIME,
              clock);
    }

    /** Returns the resources as they were at most a minute ago. */
    ListedResources recent() {
      return listing.recent();
    }

    /** Returns the resources as they were at most a few seconds ago. */
    ListedResources beforeCreation() {
      return listing.notOlderThan(clock.instant().minus(BEFORE_CREATION));
    }

    /** Returns the resources as they are now. */
    ListedResources current() {
      return listing.fresh();
    }

    /** Records a resource as Blazar has just shown it. */
    void put(BlazarResource resource) {
      own.put(resource, clock.instant());
    }

    /** Records that Blazar has no such resource. */
    void remove(String id) {
      own.remove(id, clock.instant());
    }

    /** Forgets the list after a write whose effect is unknown. */
    void forget() {
      listing.forget();
    }
  }

  /**
   * All leases, including those that are over: Blazar never deletes one by itself. The list is long
   * and has no more of current leases than {@link BlazarClient#bookings}, so it is read rarely.
   */
  static final class LeaseArchive {

    private static final Duration LIFETIME = Duration.ofHours(1);

    private final SharedSnapshot<List<BlazarLease>> listing;
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    private LeaseArchive(BlazarClient client, Clock clock) {
      this.listing =
          new SharedSnapshot<>(
              () -> {
                List<BlazarLease> all = client.leases();
                removed.clear();
                return all;
              },
              LIFETIME,
              clock);
    }

    /** Returns the leases of the last hour, without those that are known to be deleted. */
    List<BlazarLease> recent() {
      return listing.recent().stream().filter(lease -> !removed.contains(lease.id())).toList();
    }

    void remove(String id) {
      removed.add(id);
    }
  }
}
