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
 * How far an attempt goes, decided by its task and its lane's resync policy. Attempts and plan
 * requests both ask here, so that a plan shows what an attempt would do.
 */
record AttemptScope(Worker worker, WorkerTask task, ResyncPolicy policy) {

  private static final Duration NAMESAKE_CHECK = Duration.ofSeconds(5);

  /** Returns how the attempt ends without the worker; empty where the worker is called. */
  Optional<Outcome> withoutWorker() {
    HardwareId namesake = task.namesake();
    if (namesake != null && worker.identifiesByName()) {
      return Optional.of(
          new Outcome.Deferred(
              "waiting for the cleanup of the deleted device %s of the same name"
                  .formatted(namesake),
              NAMESAKE_CHECK,
              Map.of()));
    }
    return driftMode() == ResyncPolicy.DriftMode.IGNORE
        ? Optional.of(new Outcome.Synced(Map.of(), List.of()))
        : Optional.empty();
  }

  /** Returns what happens to a difference; a requested change is always applied. */
  ResyncPolicy.DriftMode driftMode() {
    return task.findsDrift() ? policy.drift() : ResyncPolicy.DriftMode.ENFORCE;
  }
}
