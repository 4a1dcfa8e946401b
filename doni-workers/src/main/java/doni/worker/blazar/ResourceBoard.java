package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * All resources of one kind at the site, read once for all that want to know in the same while:
 * Blazar takes some milliseconds for each of them, and offers no search.
 *
 * <p>What we write is added to what was read, so that a hundred enrollments do not read the list a
 * hundred times.
 */
final class ResourceBoard {

  /** For whoever only wants to know that nothing has changed. */
  private static final Duration ROUTINE = Duration.ofMinutes(1);

  /** Shorter than a replica that died is waited for, so that what it made last is seen. */
  private static final Duration BEFORE_CREATING = Duration.ofSeconds(10);

  private record Loaded(List<Resource> resources, Instant askedAt) {}

  /** What we wrote; empty: deleted. */
  private record Own(Optional<Resource> resource, Instant at) {}

  private final Clock clock;
  private final SharedSnapshot<Loaded> listing;
  private final ConcurrentMap<String, Own> own = new ConcurrentHashMap<>();

  ResourceBoard(Reservations reservations, Kind kind, Clock clock) {
    this.clock = clock;
    this.listing =
        new SharedSnapshot<>(
            () -> {
              Instant askedAt = clock.instant();
              List<Resource> all = reservations.resources(kind);
              own.values().removeIf(write -> write.at().isBefore(askedAt));
              return new Loaded(all, askedAt);
            },
            ROUTINE,
            clock);
  }

  List<Resource> recent() {
    return withOwn(listing.recent());
  }

  List<Resource> almostFresh() {
    return withOwn(listing.notOlderThan(clock.instant().minus(BEFORE_CREATING)));
  }

  List<Resource> fresh() {
    return withOwn(listing.fresh());
  }

  /** It is like this, Blazar has said. */
  void is(Resource resource) {
    own.put(resource.id(), new Own(Optional.of(resource), clock.instant()));
  }

  /** It is not there, Blazar has said. */
  void isGone(String id) {
    own.put(id, new Own(Optional.empty(), clock.instant()));
  }

  /** Something was written, and nobody knows what came of it. */
  void isUncertain() {
    listing.forget();
  }

  private List<Resource> withOwn(Loaded loaded) {
    Map<String, Resource> byId = new LinkedHashMap<>();
    loaded.resources().forEach(resource -> byId.put(resource.id(), resource));
    own.forEach((id, write) -> {
      if (!write.at().isBefore(loaded.askedAt())) {
        write.resource().ifPresentOrElse(resource -> byId.put(id, resource), () -> byId.remove(id));
      }
    });
    return List.copyOf(byId.values());
  }
}
