package doni.engine.lane;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Starts the lanes of this replica when the service is ready, and stops them before it ends. */
final class LaneRunner implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(LaneRunner.class);

  private final ReplicaLanes lanes;
  private final QueueBackfill backfill;
  private final WakeupNotifier wakeups;
  private final WakeupListener listener;
  private final LaneMonitor monitor;
  private final SiteComparison comparison;
  private volatile boolean running;

  LaneRunner(
      ReplicaLanes lanes,
      QueueBackfill backfill,
      WakeupNotifier wakeups,
      WakeupListener listener,
      LaneMonitor monitor,
      SiteComparison comparison) {
    this.lanes = lanes;
    this.backfill = backfill;
    this.wakeups = wakeups;
    this.listener = listener;
    this.monitor = monitor;
    this.comparison = comparison;
  }

  @Override
  public void start() {
    List<String> missing = backfill.withoutPartition(lanes.all().stream().map(Lane::type).toList());
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "doni.workers.enabled: the database has no queue for "
              + String.join(", ", missing)
              + "; a migration must add a partition of scheduled_tasks");
    }
    int added = backfill.addMissing();
    if (added > 0) {
      LOG.info("Added {} missing tasks; they are due now", added);
    }
    for (Lane lane : lanes.all()) {
      int shadowed = lane.isShadow() ? 0 : backfill.requeueShadowed(lane.type());
      if (shadowed > 0) {
        LOG.info(
            "Lane {} is not in shadow any more; {} reported tasks are due now",
            lane.type(),
            shadowed);
      }
      int late = backfill.bringForward(lane.type(), lane.resyncInterval());
      if (late > 0) {
        LOG.info(
            "{} tasks of lane {} were scheduled under a longer resync interval, and follow within {} now",
            late,
            lane.type(),
            lane.resyncInterval());
      }
    }
    lanes.start(wakeups);
    if (!lanes.all().isEmpty()) {
      listener.start();
      monitor.start(lanes.all());
      comparison.start(lanes.all());
    }
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    comparison.stop();
    listener.stop();
    lanes.stop();
    monitor.stop();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** Lanes that were stopped are not started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }
}
