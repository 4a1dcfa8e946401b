package doni.engine.lane;

import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Starts the lanes of this replica when the service is ready, and stops them before it ends. */
final class LaneRunner implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(LaneRunner.class);

  private final EngineProperties properties;
  private final Map<String, List<String>> workersByType;
  private final LaneQueue queue;
  private final RequeueBatcher requeues;
  private final LanePausePublisher pauses;
  private final WakeupListener listener;
  private final Housekeeping housekeeping;
  private final LaneGauges gauges;
  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private volatile boolean running;

  /**
   * @param workers the enabled ones
   * @param workersByType their types, by the hardware type that they serve
   */
  LaneRunner(
      EngineProperties properties,
      List<Worker> workers,
      Map<String, List<String>> workersByType,
      Surroundings here) {
    this.properties = properties;
    this.workersByType = workersByType;
    this.queue = here.queue();
    this.housekeeping = here.housekeeping();
    this.pauses = here.holds();
    this.requeues = new RequeueBatcher(queue, type -> wake(List.of(type)), housekeeping);
    this.listener =
        new WakeupListener(
            here.parts().database(), here.calls().receiver(this::wake), this::wakeAll);
    properties.checkLaneNames(workers.stream().map(Worker::type).toList());
    if (properties.enabled()) {
      workers.forEach(
          worker -> lanes.put(worker.type(), lane(worker, dependents(worker, workers), here)));
    }
    this.gauges = new LaneGauges(queue);
    gauges.register(lanes.values(), here.meters());
  }

  /** What the lanes of a replica share. */
  record Surroundings(
      Replica replica,
      Lane.LaneParts parts,
      LaneQueue queue,
      LanePausePublisher holds,
      WakeupNotifier calls,
      Housekeeping housekeeping,
      MeterRegistry meters) {}

  private static List<String> dependents(Worker dependency, List<Worker> workers) {
    return workers.stream()
        .filter(worker -> worker.dependsOn().contains(dependency.type()))
        .map(Worker::type)
        .toList();
  }

  private Lane lane(Worker worker, List<String> dependents, Surroundings here) {
    if (!worker.reconciles()) {
      throw new IllegalArgumentException(
          "doni.workers.enabled: '%s' only declares properties and cannot run; remove it, or set doni.sync.enabled=false"
              .formatted(worker.type()));
    }
    return new Lane(
        worker,
        properties.concurrency(worker.type()),
        properties.pollInterval(),
        here.replica(),
        id -> dependents.forEach(dependent -> requeues.requeue(dependent, id)),
        here.parts());
  }

  @Override
  public void start() {
    List<String> missing = queue.withoutPartition(lanes.keySet());
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "doni.workers.enabled: the database has no queue for "
              + String.join(", ", missing)
              + "; a migration must add a partition of scheduled_tasks");
    }
    int added = queue.backfill(workersByType);
    if (added > 0) {
      LOG.info("Added {} missing tasks; they are due now", added);
    }
    lanes.values().forEach(lane -> lane.start(requeues.of(lane.type())));
    if (!lanes.isEmpty()) {
      listener.start();
      housekeeping.every(LanePausePublisher.INTERVAL, () -> pauses.publish(lanes.values()));
      housekeeping.every(LaneGauges.INTERVAL, gauges::refresh);
    }
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    listener.stop();
    try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
      lanes.values().forEach(lane -> stops.execute(() -> lane.stop(properties.stopGrace())));
    }
    housekeeping.stop();
    if (!lanes.isEmpty()) {
      pauses.clear();
    }
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

  /** Makes the lanes of these workers poll now, as far as this replica runs them. */
  void wake(Collection<String> workerTypes) {
    for (String type : workerTypes) {
      Lane lane = lanes.get(type);
      if (lane != null) {
        lane.wake();
      }
    }
  }

  private void wakeAll() {
    wake(lanes.keySet());
  }
}
