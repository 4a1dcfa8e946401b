package doni.worker.blazar;

import doni.backend.BackendException;
import doni.openstack.ProjectLookup;
import doni.worker.LanePause;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarObservedState.ResourceBooking;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteRefusal;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reservations for development without a site: every resource can be created, no other project
 * leases anything, and every project exists.
 */
final class InMemoryBlazarClient implements BlazarClient {

  private static final String PROJECT = "service";

  private record StoredResource(ResourceKind kind, BlazarResource resource) {}

  private record StoredLease(DesiredLease lease, String id, Instant start, Instant end) {}

  private final Clock clock;
  private final Map<String, StoredResource> resources = new LinkedHashMap<>();
  private final Map<String, StoredLease> leases = new LinkedHashMap<>();

  InMemoryBlazarClient(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  @Override
  public String projectId() {
    return PROJECT;
  }

  @Override
  public ProjectLookup.Found project(String idOrName) {
    return new ProjectLookup.Found.One(idOrName);
  }

  @Override
  public synchronized List<BlazarResource> resources(ResourceKind kind) {
    return resources.values().stream()
        .filter(stored -> stored.kind() == kind)
        .map(StoredResource::resource)
        .toList();
  }

  @Override
  public synchronized Optional<BlazarResource> resource(ResourceKind kind, String id) {
    return Optional.ofNullable(resources.get(id)).map(StoredResource::resource);
  }

  @Override
  public synchronized BlazarWriteResult<BlazarResource> createResource(
      ResourceKind kind, String name, Map<String, String> properties) {
    if (resources(kind).stream().anyMatch(resource -> resource.name().equals(name))) {
      return refused(RefusalReason.NAME_TAKEN, name + " already exists");
    }
    BlazarResource created =
        new BlazarResource(
            UUID.randomUUID().toString(), name, true, clock.instant().toString(), properties);
    resources.put(created.id(), new StoredResource(kind, created));
    return new BlazarWriteResult.WriteAccepted<>(created);
  }

  @Override
  public synchronized BlazarWriteResult<BlazarResource> setProperties(
      ResourceKind kind, String id, Map<String, @Nullable String> properties) {
    StoredResource stored = resources.get(id);
    if (stored == null) {
      return refused(RefusalReason.GONE, id + " not found");
    }
    BlazarResource before = stored.resource();
    Map<String, String> all = new TreeMap<>(before.properties());
    properties.forEach((key, value) -> {
      if (value == null) {
        all.remove(key);
      } else {
        all.put(key, value);
      }
    });
    BlazarResource after =
        new BlazarResource(id, before.name(), before.reservable(), before.createdAt(), all);
    resources.put(id, new StoredResource(kind, after));
    return new BlazarWriteResult.WriteAccepted<>(after);
  }

  @Override
  public synchronized BlazarWriteResult<String> deleteResource(ResourceKind kind, String id) {
    if (bookings(kind).stream().anyMatch(booking -> booking.resourceId().equals(id))) {
      return refused(RefusalReason.RESERVED, id + " is reserved");
    }
    resources.remove(id);
    return new BlazarWriteResult.WriteAccepted<>(id);
  }

  @Override
  public synchronized List<ResourceBooking> bookings(ResourceKind kind) {
    List<ResourceBooking> bookings = new ArrayList<>();
    for (BlazarLease lease : leases()) {
      if (!lease.state().isOver()) {
        resources(kind).stream()
            .filter(it -> lease.reserves(it.properties().getOrDefault(BlazarResource.UID, "")))
            // Of several with the same uid, Blazar books one.
            .findFirst()
            .map(it -> booking(it, lease))
            .ifPresent(bookings::add);
      }
    }
    return bookings;
  }

  private static ResourceBooking booking(BlazarResource resource, BlazarLease lease) {
    return new ResourceBooking(
        resource.id(),
        lease.id(),
        lease.name(),
        lease.projectId(),
        lease.state(),
        lease.start(),
        lease.end());
  }

  @Override
  public synchronized List<BlazarLease> leases() {
    return leases.values().stream().map(this::lease).toList();
  }

  @Override
  public synchronized Optional<BlazarLease> lease(String id) {
    return Optional.ofNullable(leases.get(id)).map(this::lease);
  }

  @Override
  public synchronized BlazarWriteResult<BlazarLease> createLease(DesiredLease lease) {
    Instant start = minute(lease.start());
    boolean taken =
        bookings(lease.kind()).stream()
            .filter(booking -> booking.overlaps(start, lease.end()))
            .anyMatch(booking -> reserves(booking, lease.uid()));
    if (taken) {
      return refused(RefusalReason.NOT_GRANTED, lease.uid() + " is reserved at that time");
    }
    StoredLease stored = new StoredLease(lease, UUID.randomUUID().toString(), start, lease.end());
    leases.put(stored.id(), stored);
    return new BlazarWriteResult.WriteAccepted<>(lease(stored));
  }

  @Override
  public synchronized BlazarWriteResult<BlazarLease> moveLease(String id, LeaseDates dates) {
    StoredLease before = leases.get(id);
    if (before == null) {
      return refused(RefusalReason.GONE, id + " not found");
    }
    StoredLease after =
        new StoredLease(
            before.lease(),
            id,
            dates.start() == null ? before.start() : minute(dates.start()),
            dates.end() == null ? before.end() : dates.end());
    leases.put(id, after);
    return new BlazarWriteResult.WriteAccepted<>(lease(after));
  }

  @Override
  public synchronized BlazarWriteResult<String> endLease(String id) {
    leases.remove(id);
    return new BlazarWriteResult.WriteAccepted<>(id);
  }

  private boolean reserves(ResourceBooking booking, String uid) {
    StoredLease stored = leases.get(booking.leaseId());
    return stored != null && stored.lease().uid().equals(uid);
  }

  private BlazarLease lease(StoredLease stored) {
    Instant now = clock.instant();
    LeaseState state =
        now.isBefore(stored.start())
            ? LeaseState.PENDING
            : now.isBefore(stored.end()) ? LeaseState.ACTIVE : LeaseState.ENDED;
    return new BlazarLease(
        stored.id(),
        stored.lease().name(),
        PROJECT,
        state,
        stored.start(),
        stored.end(),
        null,
        List.of('"' + stored.lease().uid() + '"'));
  }

  private Instant minute(LeaseStart start) {
    return start.from(clock.instant()).truncatedTo(ChronoUnit.MINUTES);
  }

  private static <T> BlazarWriteResult<T> refused(RefusalReason reason, String text) {
    return new BlazarWriteResult.WriteRefused<>(
        new WriteRefusal(
            reason, text, BackendException.answered("in-memory blazar", 409, text, true, null)));
  }
}
