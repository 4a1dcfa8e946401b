package doni.event;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Removes old events once an hour. Replicas that do so at the same time share the work. */
public final class EventRetention implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(EventRetention.class);
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final EventLog events;
  private final Duration retention;
  private final Clock clock;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("event-retention").factory());
  private volatile boolean running;

  public EventRetention(EventLog events, Duration retention, Clock clock) {
    this.events = events;
    this.retention = retention;
    this.clock = clock;
  }

  @Override
  public void start() {
    running = true;
    var _ =
        executor.scheduleWithFixedDelay(
            this::remove, FIRST.toSeconds(), INTERVAL.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void stop() {
    running = false;
    executor.shutdownNow();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** It cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  private void remove() {
    try {
      int removed = events.removeBefore(clock.instant().minus(retention));
      if (removed > 0) {
        LOG.info("Removed {} events older than {}", removed, retention);
      }
    } catch (RuntimeException e) {
      // An uncaught exception would end the repetition.
      LOG.warn("Old events could not be removed; retrying in an hour", e);
    }
  }
}
