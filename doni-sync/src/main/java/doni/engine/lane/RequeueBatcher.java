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
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects what backends notify of, and makes it due in batches.
 *
 * <p>A device that is being worked on, here or at another replica, may have been read before what
 * the backend notifies of; so its name is kept, and tried again until the attempt is over.
 */
final class RequeueBatcher {

  private static final Logger LOG = LoggerFactory.getLogger(RequeueBatcher.class);
  private static final Duration BATCH = Duration.ofMillis(20);
  private static final Duration AGAIN = Duration.ofMillis(300);

  private final LaneQueue queue;
  private final Consumer<String> wake;
  private final Housekeeping housekeeping;
  private final Map<String, Set<String>> waiting = new HashMap<>();

  /**
   * @param wake has a lane, named by its worker, look for due devices
   */
  RequeueBatcher(LaneQueue queue, Consumer<String> wake, Housekeeping housekeeping) {
    this.queue = queue;
    this.wake = wake;
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
          housekeeping.in(BATCH, () -> lookAtThoseHaving(workerType, property, copy));
        }
      }
    };
  }

  private void lookAtThoseHaving(String workerType, String property, Set<String> values) {
    try {
      List<String> found = queue.having(workerType, property, values);
      LOG.info(
          "{} devices are looked at again, because what is wanted of {} {} has changed",
          found.size(),
          property,
          values);
      add(workerType, found, Duration.ZERO);
    } catch (RuntimeException e) {
      LOG.warn("Devices of {} could not be made due after a change; tried again", workerType, e);
      housekeeping.in(AGAIN, () -> lookAtThoseHaving(workerType, property, values));
    }
  }

  /** Has a worker look at one device again. */
  void look(String workerType, HardwareId id) {
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
      Set<String> busy = queue.nudge(workerType, names);
      wake.accept(workerType);
      add(workerType, busy, AGAIN);
    } catch (RuntimeException e) {
      LOG.warn("Notified devices of {} could not be made due; tried again", workerType, e);
      add(workerType, names, AGAIN);
    }
  }
}
