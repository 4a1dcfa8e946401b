package doni.hardware;

import doni.database.DatabasePoller;
import doni.hardware.DeletionStore.Overdue;
import doni.hardware.DeletionStore.Turn;
import doni.task.WorkerReport;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Warns of deletions that last: once per device and interval for the whole site, however many
 * replicas run, with each worker that has not cleaned up and its reason.
 */
final class DeletionMonitor implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(DeletionMonitor.class);
  private static final Duration POLL = Duration.ofMinutes(1);

  /** Shorter than the poll interval, so that a poll that is a bit early finds a turn. */
  private static final Duration TURN = Duration.ofSeconds(50);

  /** So many devices are named in one turn; the others are counted. */
  private static final int MOST_DEVICES = 20;

  private final DeletionStore deletions;
  private final HardwareReader reader;
  private final Duration warnAfter;
  private final boolean enabled;
  private final DatabasePoller poller = new DatabasePoller("deletion-monitor", 1);
  private volatile boolean running;

  /**
   * @param enabled whether the lanes run at this replica
   */
  DeletionMonitor(
      DeletionStore deletions, HardwareReader reader, Duration warnAfter, boolean enabled) {
    this.deletions = deletions;
    this.reader = reader;
    this.warnAfter = warnAfter;
    this.enabled = enabled;
  }

  @Override
  public void start() {
    running = true;
    if (enabled) {
      poller.every("Check for deletions that last", POLL, POLL, this::check);
    }
  }

  /** Warns of each deletion that got older than a further interval since the last turn. */
  void check() {
    deletions.claimTurn(TURN).ifPresent(this::warn);
  }

  private void warn(Turn turn) {
    Overdue overdue = deletions.crossed(turn, warnAfter, MOST_DEVICES);
    overdue.first().forEach(id -> reader.findDeleted(id).ifPresent(DeletionMonitor::warn));
    long more = overdue.total() - overdue.first().size();
    if (more > 0) {
      LOG.warn(
          "{} more deleted devices are not cleaned up; GET"
              + " /v1/hardware?deleted=true&all_projects=true lists them",
          more);
    }
  }

  private static void warn(HardwareView deleted) {
    for (WorkerReport worker : deleted.workers()) {
      LOG.warn(
          "Device {} ({}), deleted at {}, is not cleaned up in lane {}: {}",
          deleted.name(),
          deleted.id(),
          deleted.deletedAt(),
          worker.workerType(),
          worker.whyNotSteady().orElse("no reason known"));
    }
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
}
