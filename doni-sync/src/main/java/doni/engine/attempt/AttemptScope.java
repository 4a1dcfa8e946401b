package doni.engine.attempt;

import doni.engine.attempt.AttemptScope.ResyncPolicy.DriftMode;
import doni.enrollment.HardwareId;
import doni.task.TaskUpdate;
import doni.task.WorkerTask;
import doni.worker.Outcome;
import doni.worker.ReconcileContext.Cause;
import doni.worker.Worker;
import doni.worker.Worker.Milestone;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How far an attempt goes, decided by its task and its lane's resync policy. Attempts and plan
 * requests both ask here, so that a plan shows what an attempt would do.
 *
 * @param policy of the worker's lane
 * @param recorded the details that earlier attempts recorded
 */
public record AttemptScope(
    Worker worker, WorkerTask task, ResyncPolicy policy, Map<String, Object> recorded) {

  /** Key of the details that hold drift which was reported and left alone. */
  static final String DRIFT = "drift";

  /**
   * How a lane treats devices that are steady.
   *
   * @param resyncInterval time until a steady device is observed again, give or take a fifth
   */
  public record ResyncPolicy(Duration resyncInterval, DriftMode drift) {

    /** What happens to drift: a difference that no change of the enrollment explains. */
    public enum DriftMode {
      /** Drift is repaired, with an event that names the differences. */
      ENFORCE,
      /** Drift is reported, in the task's details and by an event, and left alone. */
      REPORT,
      /** Steady devices are not observed. */
      IGNORE,
      /**
       * Nothing is written at all, neither to repair drift nor to apply a change or a deletion:
       * each attempt reports what it would write.
       */
      SHADOW;

      /** Returns whether a device may be steady with drift that its worker does not repair. */
      boolean toleratesUnrepaired() {
        return this == REPORT || this == IGNORE;
      }
    }

    /** Returns whether the lane never writes. */
    public boolean isShadow() {
      return drift == DriftMode.SHADOW;
    }
  }

  private static final Duration NAMESAKE_CHECK = Duration.ofSeconds(5);

  /** Returns how the attempt ends without the worker; empty where the worker is called. */
  Optional<Outcome> withoutWorker() {
    HardwareId namesake = task.cleanup().waiting();
    if (namesake != null && worker.identifiesByName()) {
      return Optional.of(
          new Outcome.Deferred(
              "waiting for the cleanup of the deleted device %s of the same name"
                  .formatted(namesake),
              NAMESAKE_CHECK,
              Map.of()));
    }
    return driftMode() == DriftMode.IGNORE
        ? Optional.of(new Outcome.Synced(Map.of(), List.of()))
        : Optional.empty();
  }

  /** Returns what happens to a difference; a requested change is applied except in shadow. */
  DriftMode driftMode() {
    return policy.isShadow() || task.standing().findsDrift() ? policy.drift() : DriftMode.ENFORCE;
  }

  /**
   * Adds to an update what its details mean for the device's way to Ready; a deleted device is not
   * on its way.
   */
  TaskUpdate withMilestones(TaskUpdate update) {
    Map<String, Object> details = update.details();
    return details == null || task.deleted()
        ? update
        : update.withMilestones(reached(recorded), reached(details));
  }

  private List<String> reached(Map<String, Object> details) {
    return worker.milestones(details).stream()
        .filter(Milestone::isReached)
        .map(milestone -> milestone.step().wireName())
        .toList();
  }

  AttemptScope withRecorded(Map<String, Object> details) {
    return new AttemptScope(worker, task, policy, details);
  }

  Cause cause() {
    return task.standing().unsynced() ? Cause.REQUESTED : Cause.SCHEDULED;
  }
}
