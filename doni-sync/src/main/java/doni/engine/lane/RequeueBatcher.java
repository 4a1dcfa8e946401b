package doni.engine.lane;

import doni.enrollment.HardwareId;
import doni.worker.RequeueTrigger;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects notifications of backends and makes their devices due in batches.
 *
 * <p>A running attempt, here or at another replica, may have read the backend before the change
 * that it notifies of; so the device is kept and tried again until that attempt has ended.
 */
final class RequeueBatcher {

  private static final Logger LOG = LoggerFactory.getLogger(RequeueBatcher.class);
  private static final Duration BATCH = Duration.ofMillis(20);
  private static final Duration AGAIN = Duration.ofMillis(300);

  private final LaneQueue queue;
  private final WakeupNotifier wakeups;
  private final Housekeeping housekeeping;
  private final Map<String, Set<String>> waiting = new HashMap<>();

  RequeueBatcher(LaneQueue queue, WakeupNotifier wakeups, Housekeeping housekeeping) {
    this.queue = queue;
    this.wakeups = wakeups;
    this.housekeeping = housekeeping;
  }

  RequeueTrigger of(String workerType) {
    return new RequeueTrigger() {
      @Override
      public void requeueByName(Collection<String> names) {
        add(workerType, names, BATCH);
      }

      @Override
      public void requeueWhere(String property, Collection<String> values) {
        if (!values.isEmpty()) {
          Set<String> copy = Set.copyOf(values);
          housekeeping.in(BATCH, () -> requeueOwners(workerType, property, copy));
        }
      }
    };
  }

  private void requeueOwners(String workerType, String property, Set<String> values) {
    try {
      List<String> found = queue.withProperty(workerType, property, values);
      LOG.info(
          "Requeued {} devices: the desired state of {} {} changed",
          found.size(),
          property,
          values);
      add(workerType, found, Duration.ZERO);
    } catch (RuntimeException e) {
      LOG.warn("Could not requeue devices of {} after a change; retrying", workerType, e);
      housekeeping.in(AGAIN, () -> requeueOwners(workerType, property, values));
    }
  }

  /** Requeues one device for a worker. */
  void requeue(String workerType, HardwareId id) {
    add(workerType, List.of(id.toString()), BATCH);
  }

  private synchronized void add(String workerType, Collection<String> names, Duration delay) {
    if (names.isEmpty()) {
      return;
    }
    Set<String> collected = waiting.get(workerType);
    if (collected == null) {
      collected = new HashSet<>();
      waiting.put(workerType, collected);
      housekeeping.in(delay, () -> flush(workerType));
    }
    for (String name : names) {
      collected.add(name.toLowerCase(Locale.ROOT));
    }
  }

  private synchronized Set<String> take(String workerType) {
    Set<String> names = waiting.remove(workerType);
    return names == null ? Set.of() : names;
  }

  private void flush(String workerType) {
    Set<String> names = take(workerType);
    try {
      Set<String> busy = queue.requeueInBackground(workerType, names);
      wakeups.wakeHere(List.of(workerType));
      add(workerType, busy, AGAIN);
    } catch (RuntimeException e) {
      LOG.warn("Could not requeue notified devices of {}; retrying", workerType, e);
      add(workerType, names, AGAIN);
    }
  }
}
