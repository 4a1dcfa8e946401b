package doni.resync;

import doni.engine.lane.EngineProperties;
import doni.engine.lane.Housekeeping;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Advances the runs that are not over, on every replica that runs lanes: makes tasks due that could
 * not be made due when the run began, because an attempt was running or the row was locked, and
 * records that a run is over. Replicas can do so at the same time.
 */
final class ResyncRunMonitor implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(ResyncRunMonitor.class);
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(2);
  private static final Duration REMOVAL_INTERVAL = Duration.ofHours(1);

  private final ResyncRunStore runs;
  private final EngineProperties properties;
  private final Consumer<Collection<String>> wake;
  private final Housekeeping housekeeping;
  private final AtomicLong open = new AtomicLong();
  private final AtomicLong left = new AtomicLong();
  private volatile boolean running;

  /**
   * @param wake makes the lanes of these workers poll now
   */
  public ResyncRunMonitor(
      ResyncRunStore runs,
      EngineProperties properties,
      Consumer<Collection<String>> wake,
      Housekeeping housekeeping,
      MeterRegistry meters) {
    this.runs = runs;
    this.properties = properties;
    this.wake = wake;
    this.housekeeping = housekeeping;
    Gauge.builder("doni.sync.runs", open, AtomicLong::get)
        .description("Resync runs that are not over, as seen by this replica")
        .register(meters);
    Gauge.builder("doni.sync.run.tasks", open, _ -> left.get())
        .description("Tasks of these that are not done yet")
        .register(meters);
  }

  @Override
  public void start() {
    running = true;
    if (properties.enabled()) {
      housekeeping.every(POLL_INTERVAL, this::advance);
      housekeeping.every(REMOVAL_INTERVAL, this::removeEnded);
    }
  }

  /** The housekeeping of the lanes ends with the lanes. */
  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Like the lanes, it cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  private void advance() {
    List<UUID> found = runs.open();
    long tasks = 0;
    for (UUID run : found) {
      Set<String> due = runs.makeDue(run);
      if (!due.isEmpty()) {
        wake.accept(due);
      }
      tasks += runs.left(run);
      runs.endIfDone(run);
    }
    open.set(found.size());
    left.set(tasks);
  }

  private void removeEnded() {
    int removed = runs.removeOlder(properties.runRetention());
    if (removed > 0) {
      LOG.info(
          "Removed {} resync runs that ended more than {} ago", removed, properties.runRetention());
    }
  }
}
