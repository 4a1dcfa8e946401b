package doni.worker.blazar;

import doni.backend.SharedSnapshot;
import doni.worker.Finding;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What both workers share: the reservations, what is remembered of them, and the way to write. */
final class Site {

  private static final Duration BOOKINGS_LIFETIME = Duration.ofSeconds(20);

  private final Reservations reservations;
  private final WriteGate gate;
  private final LeaseArchive archive;
  private final Clock clock;
  private final Map<Kind, ResourceBoard> boards = new EnumMap<>(Kind.class);
  private final Map<Kind, SharedSnapshot<List<Booking>>> bookings = new EnumMap<>(Kind.class);

  Site(Reservations reservations, WriteGate gate, Clock clock) {
    this.reservations = reservations;
    this.gate = gate;
    this.clock = clock;
    this.archive = new LeaseArchive(reservations, clock);
    for (Kind kind : Kind.values()) {
      boards.put(kind, new ResourceBoard(reservations, kind, clock));
      bookings.put(
          kind, new SharedSnapshot<>(() -> reservations.bookings(kind), BOOKINGS_LIFETIME, clock));
    }
  }

  Reservations reservations() {
    return reservations;
  }

  WriteGate gate() {
    return gate;
  }

  LeaseArchive archive() {
    return archive;
  }

  ResourceBoard board(Kind kind) {
    return Objects.requireNonNull(boards.get(kind));
  }

  SharedSnapshot<List<Booking>> bookings(Kind kind) {
    return Objects.requireNonNull(bookings.get(kind));
  }

  /** A listing of what can be reserved: the cheapest answer that only an administrator gets. */
  List<Finding> checkUp(Kind kind) {
    int resources = reservations.resources(kind).size();
    return List.of(
        new Finding.Ok("Blazar answers; it has %d %ss".formatted(resources, kind.word())));
  }

  Instant now() {
    return clock.instant();
  }
}
