package doni.event;

import doni.database.DatabasePoller;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Removes old events once an hour. Replicas that do so at the same time share the work. */
final class EventRetentionJob implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(EventRetentionJob.class);
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration INTERVAL = Duration.ofHours(1);

  private final HardwareEventStore events;
  private final Duration retention;
  private final Clock clock;
  private final DatabasePoller poller = new DatabasePoller("event-retention", 1);
  private volatile boolean running;

  public EventRetentionJob(HardwareEventStore events, Duration retention, Clock clock) {
    this.events = events;
    this.retention = retention;
    this.clock = clock;
  }

  @Override
  public void start() {
    running = true;
    poller.every("Removal of old events", FIRST, INTERVAL, this::remove);
  }

  @Override
  public void stop() {
    running = false;
    poller.stopNow();
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
    int removed = events.removeBefore(clock.instant().minus(retention));
    if (removed > 0) {
      LOG.info("Removed {} events older than {}", removed, retention);
    }
  }
}
