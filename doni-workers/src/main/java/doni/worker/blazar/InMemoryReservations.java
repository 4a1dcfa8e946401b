package doni.worker.blazar;

import doni.backend.BackendException;
import doni.openstack.ProjectLookup;
import doni.worker.LanePause;
import doni.worker.blazar.Refusal.Reason;
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
 * Reservations for development without a site: everything can be made reservable, nobody else
 * leases anything, and every project is known by whatever it is called.
 */
final class InMemoryReservations implements Reservations {

  private static final String PROJECT = "service";

  private record Thing(Kind kind, Resource resource) {}

  private record Granted(LeaseWish wish, String id, Instant start, Instant end) {}

  private final Clock clock;
  private final Map<String, Thing> things = new LinkedHashMap<>();
  private final Map<String, Granted> leases = new LinkedHashMap<>();

  InMemoryReservations(Clock clock) {
    this.clock = clock;
  }

  @Override
  public Optional<LanePause> hold() {
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
  public synchronized List<Resource> resources(Kind kind) {
    return things.values().stream()
        .filter(thing -> thing.kind() == kind)
        .map(Thing::resource)
        .toList();
  }

  @Override
  public synchronized Optional<Resource> resource(Kind kind, String id) {
    return Optional.ofNullable(things.get(id)).map(Thing::resource);
  }

  @Override
  public synchronized Reply<Resource> create(
      Kind kind, String name, Map<String, String> properties) {
    if (resources(kind).stream().anyMatch(resource -> resource.name().equals(name))) {
      return refused(Reason.NAME_TAKEN, name + " is there already");
    }
    Resource made =
        new Resource(
            UUID.randomUUID().toString(), name, true, clock.instant().toString(), properties);
    things.put(made.id(), new Thing(kind, made));
    return new Reply.Done<>(made);
  }

  @Override
  public synchronized Reply<Resource> update(
      Kind kind, String id, Map<String, @Nullable String> properties) {
    Thing thing = things.get(id);
    if (thing == null) {
      return refused(Reason.GONE, id + " is not there");
    }
    Map<String, String> all = new TreeMap<>(thing.resource().properties());
    properties.forEach((key, value) -> {
      if (value == null) {
        all.remove(key);
      } else {
        all.put(key, value);
      }
    });
    Resource before = thing.resource();
    Resource after = new Resource(id, before.name(), before.reservable(), before.createdAt(), all);
    things.put(id, new Thing(kind, after));
    return new Reply.Done<>(after);
  }

  @Override
  public synchronized Optional<Refusal> delete(Kind kind, String id) {
    if (bookings(kind).stream().anyMatch(booking -> booking.resourceId().equals(id))) {
      return Optional.of(refusal(Reason.RESERVED, id + " is reserved"));
    }
    things.remove(id);
    return Optional.empty();
  }

  @Override
  public synchronized List<Booking> bookings(Kind kind) {
    List<Booking> bookings = new ArrayList<>();
    for (Lease lease : leases()) {
      if (!lease.state().isOver()) {
        things.values().stream()
            .filter(thing -> thing.kind() == kind)
            .map(Thing::resource)
            .filter(resource -> lease.reserves(resource.properties().getOrDefault("uid", "")))
            .map(resource ->
                new Booking(
                    resource.id(),
                    lease.id(),
                    lease.name(),
                    lease.projectId(),
                    lease.state(),
                    lease.start(),
                    lease.end()))
            .forEach(bookings::add);
      }
    }
    return bookings;
  }

  @Override
  public synchronized List<Lease> leases() {
    return leases.values().stream().map(this::lease).toList();
  }

  @Override
  public synchronized Optional<Lease> lease(String id) {
    return Optional.ofNullable(leases.get(id)).map(this::lease);
  }

  @Override
  public synchronized Reply<Lease> grant(LeaseWish wish) {
    Instant start = minute(wish.start());
    boolean taken =
        bookings(wish.kind()).stream()
            .filter(booking -> booking.overlaps(start, wish.end()))
            .anyMatch(booking -> reserves(booking, wish.uid()));
    if (taken) {
      return refused(Reason.NOT_GRANTED, wish.uid() + " is reserved then");
    }
    Granted granted = new Granted(wish, UUID.randomUUID().toString(), start, wish.end());
    leases.put(granted.id(), granted);
    return new Reply.Done<>(lease(granted));
  }

  @Override
  public synchronized Reply<Lease> move(String id, Dates dates) {
    Granted before = leases.get(id);
    if (before == null) {
      return refused(Reason.GONE, id + " is not there");
    }
    Granted after =
        new Granted(
            before.wish(),
            id,
            dates.start() == null ? before.start() : minute(dates.start()),
            dates.end() == null ? before.end() : dates.end());
    leases.put(id, after);
    return new Reply.Done<>(lease(after));
  }

  @Override
  public synchronized Optional<Refusal> end(String id) {
    leases.remove(id);
    return Optional.empty();
  }

  private boolean reserves(Booking booking, String uid) {
    Granted granted = leases.get(booking.leaseId());
    return granted != null && granted.wish().uid().equals(uid);
  }

  private Lease lease(Granted granted) {
    Instant now = clock.instant();
    LeaseState state =
        now.isBefore(granted.start())
            ? LeaseState.PENDING
            : now.isBefore(granted.end()) ? LeaseState.ACTIVE : LeaseState.ENDED;
    return new Lease(
        granted.id(),
        granted.wish().name(),
        PROJECT,
        state,
        granted.start(),
        granted.end(),
        null,
        List.of('"' + granted.wish().uid() + '"'));
  }

  private Instant minute(Start start) {
    return start.from(clock.instant()).truncatedTo(ChronoUnit.MINUTES);
  }

  private static <T> Reply<T> refused(Reason reason, String text) {
    return new Reply.Refused<>(refusal(reason, text));
  }

  private static Refusal refusal(Reason reason, String text) {
    return new Refusal(
        reason, text, BackendException.answered("in-memory reservations", 409, text, true, null));
  }
}
