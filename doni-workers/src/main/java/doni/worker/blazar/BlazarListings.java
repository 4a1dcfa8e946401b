package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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
   * All resources of one kind. Own writes are added to what was read, so that a hundred enrollments
   * do not read the list a hundred times.
   */
  static final class ResourceListing {

    /** Recent enough to decide that nothing has changed. */
    private static final Duration LIFETIME = Duration.ofMinutes(1);

    /** Shorter than the take-over from a dead replica, so that its last creation is seen. */
    private static final Duration BEFORE_CREATION = Duration.ofSeconds(10);

    private record LoadedList(List<BlazarResource> resources, Instant askedAt) {}

    /**
     * @param resource empty if it was deleted
     */
    private record OwnWrite(Optional<BlazarResource> resource, Instant at) {}

    private final Clock clock;
    private final SharedSnapshot<LoadedList> listing;
    private final ConcurrentMap<String, OwnWrite> own = new ConcurrentHashMap<>();

    private ResourceListing(BlazarClient client, ResourceKind kind, Clock clock) {
      this.clock = clock;
      this.listing =
          new SharedSnapshot<>(
              () -> {
                Instant askedAt = clock.instant();
                List<BlazarResource> all = client.resources(kind);
                own.values().removeIf(write -> write.at().isBefore(askedAt));
                return new LoadedList(all, askedAt);
              },
              LIFETIME,
              clock);
    }

    /** Returns the list as it was at most a minute ago. */
    List<BlazarResource> recent() {
      return withOwnWrites(listing.recent());
    }

    /** Returns the list as it was at most a few seconds ago. */
    List<BlazarResource> beforeCreation() {
      return withOwnWrites(listing.notOlderThan(clock.instant().minus(BEFORE_CREATION)));
    }

    /** Returns the list as it is now. */
    List<BlazarResource> current() {
      return withOwnWrites(listing.fresh());
    }

    /** Records a resource as Blazar has just shown it. */
    void put(BlazarResource resource) {
      own.put(resource.id(), new OwnWrite(Optional.of(resource), clock.instant()));
    }

    /** Records that Blazar has no such resource. */
    void remove(String id) {
      own.put(id, new OwnWrite(Optional.empty(), clock.instant()));
    }

    /** Forgets the list after a write whose effect is unknown. */
    void forget() {
      listing.forget();
    }

    private List<BlazarResource> withOwnWrites(LoadedList loaded) {
      Map<String, BlazarResource> byId = new LinkedHashMap<>();
      loaded.resources().forEach(resource -> byId.put(resource.id(), resource));
      own.forEach((id, write) -> {
        if (!write.at().isBefore(loaded.askedAt())) {
          write
              .resource()
              .ifPresentOrElse(resource -> byId.put(id, resource), () -> byId.remove(id));
        }
      });
      return List.copyOf(byId.values());
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
