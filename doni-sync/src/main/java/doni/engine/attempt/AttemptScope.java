package doni.engine.attempt;

import doni.enrollment.HardwareId;
import doni.task.WorkerTask;
import doni.worker.Outcome;
import doni.worker.Worker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far an attempt goes, as its task and its lane's routine have it. An attempt and a plan both
 * ask here, so that the plan tells what the attempt does.
 */
record AttemptScope(Worker worker, WorkerTask task, ResyncPolicy routine) {

  private static final Duration LOOK_FOR_NAMESAKE = Duration.ofSeconds(5);

  /** How the attempt ends without the worker being asked; empty where it is asked. */
  Optional<Outcome> unasked() {
    HardwareId namesake = task.namesake();
    if (namesake != null && worker.identifiesByName()) {
      return Optional.of(
          new Outcome.Deferred(
              "the deleted device " + namesake + " of the same name is not cleaned up yet",
              LOOK_FOR_NAMESAKE,
              Map.of()));
    }
    return drift() == ResyncPolicy.DriftMode.IGNORE
        ? Optional.of(new Outcome.Synced(Map.of(), List.of()))
        : Optional.empty();
  }

  /** What becomes of a difference; one that somebody asked for is always removed. */
  ResyncPolicy.DriftMode drift() {
    return task.findsDrift() ? routine.drift() : ResyncPolicy.DriftMode.ENFORCE;
  }
}
