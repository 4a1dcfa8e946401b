package doni.simulator.kubernetes;

import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * The objects of the cluster and the history of their changes.
 *
 * <p>INVARIANT: an object that stands here is never changed, only replaced, so readers need no
 * copy. Those who hand one out to be changed copy it.
 */
final class ObjectStore {

  /** How many changes of a kind a watch can go back. */
  private static final int HISTORY = 20_000;

  /** All objects that were asked for, as they were at {@code version}. */
  record Listing(List<ObjectNode> objects, long version) {}

  private static final class Shelf {
    final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    final TreeMap<Long, ObjectEvent> history = new TreeMap<>();
    long forgottenUpTo;
  }

  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Kind, Shelf> shelves = new EnumMap<>(Kind.class);
  private final List<Consumer<ObjectEvent>> listeners = new CopyOnWriteArrayList<>();
  private long version = 1;
  private int disturbances;

  ObjectStore(Clock clock) {
    this.clock = clock;
    for (Kind kind : Kind.values()) {
      shelves.put(kind, new Shelf());
    }
  }

  /** Has every change told, in order. The listener must be quick and must not call back. */
  void onChange(Consumer<ObjectEvent> listener) {
    listeners.add(listener);
  }

  Optional<ObjectNode> find(Kind kind, ObjectKey key) {
    lock.lock();
    try {
      return Optional.ofNullable(shelf(kind).objects.get(key));
    } finally {
      lock.unlock();
    }
  }

  Listing list(Kind kind, Predicate<ObjectNode> wanted) {
    lock.lock();
    try {
      Collection<ObjectNode> all = shelf(kind).objects.values();
      return new Listing(all.stream().filter(wanted).toList(), version);
    } finally {
      lock.unlock();
    }
  }

  /** Stores a new object under a uid and a version of its own. */
  ObjectNode create(Kind kind, ObjectKey key, ObjectNode object) {
    lock.lock();
    try {
      if (shelf(kind).objects.containsKey(key)) {
        throw StatusError.alreadyExists(kind, key.name());
      }
      Objects.metadata(object)
          .put("uid", UUID.randomUUID().toString())
          .put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
      return store(kind, key, ObjectEvent.Type.ADDED, object);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Replaces an object by what {@code change} makes of a copy of it. When that is the same, nothing
   * happens: no new version, and no watch is woken.
   */
  ObjectNode update(Kind kind, ObjectKey key, UnaryOperator<ObjectNode> change) {
    lock.lock();
    try {
      ObjectNode current = required(kind, key);
      ObjectNode next = change.apply(current.deepCopy());
      Objects.metadata(next).put("resourceVersion", Objects.version(current));
      return next.equals(current) ? current : store(kind, key, ObjectEvent.Type.MODIFIED, next);
    } finally {
      lock.unlock();
    }
  }

  /** Removes an object that {@code check} does not refuse. */
  ObjectNode delete(Kind kind, ObjectKey key, Consumer<ObjectNode> check) {
    lock.lock();
    try {
      ObjectNode current = required(kind, key);
      check.accept(current);
      store(kind, key, ObjectEvent.Type.DELETED, current.deepCopy());
      return current;
    } finally {
      lock.unlock();
    }
  }

  /** Removes an object when it is there in this version. */
  void deleteIfThere(Kind kind, ObjectKey key, String version) {
    lock.lock();
    try {
      ObjectNode current = shelf(kind).objects.get(key);
      if (current != null && Objects.version(current).equals(version)) {
        store(kind, key, ObjectEvent.Type.DELETED, current.deepCopy());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a watch has to send next: changes after a version, or that the version is too old, or
   * nothing when none came in time or {@link #disturb} was called.
   */
  sealed interface News {
    record Changes(List<ObjectEvent> events) implements News {}

    record TooOld(long oldest) implements News {}

    record Nothing(long version) implements News {}
  }

  News news(Kind kind, long after, Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int before = disturbances;
      long left = patience.toNanos();
      while (true) {
        Shelf shelf = shelf(kind);
        if (after < shelf.forgottenUpTo) {
          return new News.TooOld(version);
        }
        var newer = shelf.history.tailMap(after, false);
        if (!newer.isEmpty()) {
          return new News.Changes(new ArrayList<>(newer.values()));
        }
        if (left <= 0 || disturbances != before) {
          return new News.Nothing(version);
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes every version that was handed out too old to watch from. */
  void forgetHistory() {
    lock.lock();
    try {
      version++;
      for (Shelf shelf : shelves.values()) {
        shelf.history.clear();
        shelf.forgottenUpTo = version;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes all who wait for news. */
  void disturb() {
    lock.lock();
    try {
      disturbances++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int disturbances() {
    lock.lock();
    try {
      return disturbances;
    } finally {
      lock.unlock();
    }
  }

  private Shelf shelf(Kind kind) {
    return shelves.computeIfAbsent(kind, missing -> new Shelf());
  }

  private ObjectNode required(Kind kind, ObjectKey key) {
    ObjectNode found = shelf(kind).objects.get(key);
    if (found == null) {
      throw StatusError.notFound(kind.plural(), key.name());
    }
    return found;
  }

  private ObjectNode store(Kind kind, ObjectKey key, ObjectEvent.Type type, ObjectNode object) {
    Objects.metadata(object).put("resourceVersion", Long.toString(++version));
    Shelf shelf = shelf(kind);
    ObjectEvent event = new ObjectEvent(kind, type, object, version);
    if (type == ObjectEvent.Type.DELETED) {
      shelf.objects.remove(key);
    } else {
      shelf.objects.put(key, object);
    }
    shelf.history.put(version, event);
    if (shelf.history.size() > HISTORY) {
      shelf.forgottenUpTo = shelf.history.pollFirstEntry().getKey();
    }
    listeners.forEach(listener -> listener.accept(event));
    changed.signalAll();
    return object;
  }
}
