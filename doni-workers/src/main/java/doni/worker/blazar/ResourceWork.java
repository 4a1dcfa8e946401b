package doni.worker.blazar;

import doni.backend.BackendException;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.blazar.Refusal.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes, adopts, changes and deletes the resource that stands for a piece of hardware. */
final class ResourceWork {

  /** How it went. */
  sealed interface Result {
    /** It is there, though perhaps not with all its properties. */
    record There(Resource resource) implements Result {}

    /** There is none, and that is how the attempt ends. */
    record Stopped(Outcome outcome) implements Result {}
  }

  private static final Duration LONG = Duration.ofHours(1);

  private final Site site;
  private final Wish wish;
  private final ResourceBoard board;
  private final List<Change> changes = new ArrayList<>();
  private final Set<String> refusedKeys = new TreeSet<>();
  private String refusal = "";
  private @Nullable Duration lookAgainAfter;
  private boolean created;

  ResourceWork(Site site, Wish wish) {
    this.site = site;
    this.wish = wish;
    this.board = site.board(wish.kind());
  }

  List<Change> changes() {
    return changes;
  }

  /** The properties that Blazar does not store; empty when all are as wanted. */
  Set<String> refusedKeys() {
    return refusedKeys;
  }

  /** What is not as wanted, if anything. */
  Optional<Outcome.Deferred> refusal(Map<String, @Nullable Object> details) {
    return refusedKeys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Outcome.Deferred(
                "Blazar does not change %s: %s".formatted(String.join(", ", refusedKeys), refusal),
                lookAgainAfter,
                details));
  }

  /** Why it cannot be created now, as far as that shows beforehand. */
  Optional<Outcome> obstacle() {
    if (wish.complaint().isPresent()) {
      return Optional.of(failure(wish.complaint().get()));
    }
    if (wish.underlying() == Wish.Underlying.MISSING) {
      return Optional.of(
          new Outcome.Deferred(
              switch (wish.kind()) {
                case DEVICE -> "waits for the device to join the cluster as node " + wish.name();
                case HOST -> "waits for the host to be known to Ironic";
              },
              null,
              none()));
    }
    return Optional.empty();
  }

  Result create() {
    Optional<Outcome> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return new Result.Stopped(obstacle.get());
    }
    Reply<Resource> reply =
        write(
            bringsInAName(wish.properties().keySet()),
            () -> site.reservations().create(wish.kind(), wish.name(), wish.properties()));
    return switch (reply) {
      case Reply.Done<Resource>(Resource made) -> {
        created = true;
        board.is(made);
        changes.add(Change.create(wish.kind().word() + " " + wish.name()));
        yield bring(made);
      }
      case Reply.Refused<Resource>(Refusal refused) -> notCreated(refused);
    };
  }

  private Result notCreated(Refusal refused) {
    return switch (refused.reason()) {
      case NOT_THERE_YET -> deferred("what it stands for is not there yet: " + refused.text());
      case OCCUPIED -> deferred("instances run on the host: " + refused.text());
      case NOT_ALL_STORED, NAME_TAKEN, LEFTOVER, UNKNOWN -> adopted(refused);
      case GONE, RESERVED, UNCHANGEABLE, NOT_GRANTED, TOO_LATE, AT_WORK, NOT_SERVED ->
          throw refused.exception();
    };
  }

  /** Blazar stores first and fails afterwards, and undoes nothing: it may be there all the same. */
  private Result adopted(Refusal refused) {
    List<Resource> all = board.fresh();
    Optional<Resource> ours =
        all.stream().filter(r -> r.standsFor(wish.kind(), wish.uid())).findFirst();
    Optional<Resource> namesake =
        all.stream().filter(r -> r.name().equalsIgnoreCase(wish.name())).findFirst();
    // The answer to our own request proves that the half-made one is ours, even without its uid.
    Optional<Resource> half =
        namesake.filter(
            r -> refused.is(Reason.NOT_ALL_STORED) && !r.properties().containsKey(Resource.UID));
    Optional<Resource> found = ours.or(() -> half);
    if (found.isPresent()) {
      created = true;
      changes.add(Change.create(wish.kind().word() + " " + wish.name()));
      return bring(found.get());
    }
    if (namesake.isPresent()) {
      return failed(
          "the name %s is held by %s %s, uid %s"
              .formatted(
                  wish.name(),
                  wish.kind().word(),
                  namesake.get().id(),
                  namesake.get().properties().getOrDefault(Resource.UID, "none")));
    }
    if (refused.is(Reason.NAME_TAKEN)) {
      return failed(
          "the name %s was used by a deleted %s, and Blazar never frees a name: give it another one"
              .formatted(wish.name(), wish.kind().word()));
    }
    if (refused.is(Reason.LEFTOVER) && wish.kind() == Kind.HOST) {
      return failed(
          "an earlier creation died half-way and left a reservation provider or an aggregate entry of %s behind, which an operator has to remove: %s"
              .formatted(wish.name(), refused.text()));
    }
    throw refused.exception();
  }

  /**
   * Brings the properties of one that is there to what is wanted, as far as Blazar lets.
   *
   * @param found as it is
   */
  Result bring(Resource found) {
    Resource now = found;
    PropertyDrift drift = PropertyDrift.between(wish, found);
    for (Map<String, @Nullable String> properties : drift.writes()) {
      Optional<Resource> after = written(now, properties);
      if (after.isEmpty()) {
        board.isGone(now.id());
        return created ? deferred("it was deleted by somebody else at once") : create();
      }
      now = after.get();
    }
    board.is(now);
    conclude(drift, PropertyDrift.between(wish, now));
    return new Result.There(now);
  }

  /** As it is after the attempt to write, whatever came of it; empty when it is gone. */
  private Optional<Resource> written(Resource now, Map<String, @Nullable String> properties) {
    Supplier<Reply<Resource>> update =
        () -> site.reservations().update(wish.kind(), now.id(), properties);
    return switch (write(bringsInAName(properties.keySet()), update)) {
      case Reply.Done<Resource>(Resource after) -> Optional.of(after);
      case Reply.Refused<Resource>(Refusal refused) -> {
        if (refused.is(Reason.GONE)) {
          yield Optional.empty();
        }
        refusal = refused.text();
        // Others brought in the same names at this moment: the next try finds them there.
        lookAgainAfter = refused.is(Reason.NOT_ALL_STORED) ? null : LONG;
        yield site.reservations().resource(wish.kind(), now.id());
      }
    };
  }

  private void conclude(PropertyDrift before, PropertyDrift left) {
    List<String> open = left.changes().stream().map(Change::object).toList();
    if (!created) {
      before.changes().stream()
          .filter(change -> !open.contains(change.object()))
          .forEach(changes::add);
    }
    refusedKeys.clear();
    refusedKeys.addAll(left.missing().keySet());
    refusedKeys.addAll(left.columns().keySet());
    refusedKeys.addAll(left.changed().keySet());
    if (!refusedKeys.isEmpty() && refusal.isEmpty()) {
      refusal = "it says that it did, but they are as before";
      lookAgainAfter = LONG;
    }
  }

  /** Deletes one; the outcome says why it is still there. */
  Optional<Outcome> delete(Resource resource, List<Booking> others) {
    Optional<Refusal> refused =
        write(false, () -> site.reservations().delete(wish.kind(), resource.id()));
    if (refused.isPresent()) {
      switch (refused.get().reason()) {
        case RESERVED -> {
          return Optional.of(reserved(others));
        }
        case OCCUPIED -> {
          return Optional.of(
              new Outcome.Deferred(
                  "instances run on the host: " + refused.get().text(), null, Map.of()));
        }
        default -> {
          // Without its node Blazar answers 500 after it has deleted the device.
          if (site.reservations().resource(wish.kind(), resource.id()).isPresent()) {
            throw refused.get().exception();
          }
        }
      }
    }
    board.isGone(resource.id());
    changes.add(Change.delete(wish.kind().word() + " " + resource.name()));
    return Optional.empty();
  }

  private Outcome reserved(List<Booking> others) {
    String until =
        others.stream()
            .map(Booking::end)
            .max(Comparator.naturalOrder())
            .map(end -> ", the last one until " + end)
            .orElse("");
    return new Outcome.Deferred(
        "the %s is reserved by a lease%s".formatted(wish.kind().word(), until), null, Map.of());
  }

  private boolean bringsInAName(Set<String> keys) {
    Set<String> known = new TreeSet<>();
    board.almostFresh().forEach(resource -> known.addAll(resource.properties().keySet()));
    return !known.containsAll(keys);
  }

  private <T> T write(boolean bringsInAName, Supplier<T> write) {
    try {
      return bringsInAName
          ? site.gate().writeNewProperty(wish.uid(), write)
          : site.gate().write(wish.uid(), write);
    } catch (BackendException e) {
      board.isUncertain();
      throw e;
    }
  }

  private Result deferred(String reason) {
    return new Result.Stopped(new Outcome.Deferred(reason, null, none()));
  }

  private Result failed(String message) {
    return new Result.Stopped(failure(message));
  }

  private Outcome failure(String message) {
    return new Outcome.Failed(message, false, null, none());
  }

  private Map<String, @Nullable Object> none() {
    Map<String, @Nullable Object> details = new TreeMap<>(wish.notes());
    details.put(Recorded.RESOURCE_ID, null);
    details.put(Recorded.CREATED_AT, null);
    return details;
  }
}
