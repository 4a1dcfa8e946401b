package doni.engine.lane;

import doni.engine.attempt.Reconciler;
import doni.worker.DeviceSignal.SignalRecorder;
import doni.worker.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The lanes that run at this replica: one for each enabled worker, or none. */
final class ReplicaLanes {

  private final RequeueBatcher requeues;
  private final SignalRecorder signals;
  private final List<Lane> lanes = new ArrayList<>();

  /**
   * @param workers the enabled ones
   */
  ReplicaLanes(
      EngineProperties properties,
      List<Worker> workers,
      Reconciler reconciler,
      SchedulerFactory schedulers,
      RequeueBatcher requeues,
      SignalRecorder signals) {
    this.requeues = requeues;
    this.signals = signals;
    properties.checkLaneNames(workers.stream().map(Worker::type).toList());
    for (Worker worker : properties.enabled() ? workers : List.<Worker>of()) {
      if (!worker.reconciles()) {
        throw new IllegalArgumentException(
            "doni.workers.enabled: '%s' only declares properties and cannot run; remove it, or set doni.sync.enabled=false"
                .formatted(worker.type()));
      }
      List<String> dependents = dependents(worker, workers);
      lanes.add(
          new Lane(
              worker,
              properties.lane(worker.type()),
              reconciler,
              schedulers,
              id -> dependents.forEach(dependent -> requeues.requeue(dependent, id))));
    }
  }

  private static List<String> dependents(Worker dependency, List<Worker> workers) {
    return workers.stream()
        .filter(worker -> worker.dependsOn().contains(dependency.type()))
        .map(Worker::type)
        .toList();
  }

  List<Lane> all() {
    return List.copyOf(lanes);
  }

  /** Starts the lanes, and has them woken from now on. */
  void start(WakeupNotifier wakeups) {
    for (Lane lane : lanes) {
      lane.worker().reportTo(signal -> signals.changed(lane.type(), signal));
      lane.start(requeues.of(lane.type()));
      wakeups.register(lane.type(), lane::wake);
    }
  }

  /** Stops all lanes side by side. */
  void stop() {
    try (ExecutorService stops = Executors.newVirtualThreadPerTaskExecutor()) {
      lanes.forEach(lane -> stops.execute(lane::stop));
    }
  }
}
