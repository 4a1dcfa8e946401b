package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptTelemetry.MeasuredAttempt;
import doni.task.LostAttemptStore;
import doni.task.LostAttemptStore.Heir;
import doni.task.LostAttemptStore.LostWrites;
import doni.task.TaskUpdate;
import doni.task.WorkerTask;
import doni.task.WorkerTask.TaskClaim;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskReader.DecryptedTask;
import doni.task.WorkerTaskStore;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate.ClosedGateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs attempts: reads one snapshot of the task, lets the worker remove the drift outside any
 * transaction, and records the outcome.
 */
public final class Reconciler {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private static final Outcome.Deferred LEFTOVER_FIRST =
      Outcome.Deferred.uncounted(
          "waiting for the cleanup of a force-deleted device with the same name or UUID",
          Duration.ofSeconds(5));

  private final WorkerTaskReader reader;
  private final WorkerTaskStore tasks;
  private final LostAttemptStore lostAttempts;
  private final TaskUpdateMapper updates;
  private final AttemptTelemetry telemetry;
  private final Clock clock;

  public Reconciler(
      WorkerTaskReader reader,
      WorkerTaskStore tasks,
      LostAttemptStore lostAttempts,
      AttemptTelemetry telemetry,
      RandomGenerator random,
      Clock clock) {
    this.reader = reader;
    this.tasks = tasks;
    this.lostAttempts = lostAttempts;
    this.updates = new TaskUpdateMapper(new RetryBackoff(FIRST_RETRY, LONGEST_RETRY, random));
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /** What the lane does with a task after an attempt. */
  public enum RequeueDecision {
    /** The task waits for its next attempt, and nothing about it is new. */
    WAITING,
    /** The task waits for its next attempt, and the worker has recorded something new. */
    PROGRESSED,
    /** The task is due again at once, because its device changed during the attempt. */
    DUE,
    /** The device is deleted and cleaned up; the task is gone. */
    GONE,
    /** Another replica has taken the task over. */
    LOST
  }

  /** Called once for a worker before its first attempt. */
  public void register(Worker worker) {
    telemetry.register(worker.type());
  }

  /** Gives a task back to its queue as if it had not been picked. */
  public void handBack(TaskClaim claim) {
    tasks.handBack(claim);
  }

  /** Makes one attempt and gives the task back to its queue. */
  public RequeueDecision attempt(
      Worker worker, ResyncPolicy policy, TaskClaim claim, InterruptGuard guard) {
    Optional<WorkerTask> task =
        reader.read(claim.hardware(), claim.workerType(), worker.dependsOn());
    if (task.isEmpty()) {
      tasks.discard(claim);
      return RequeueDecision.GONE;
    }
    try (MeasuredAttempt measured = telemetry.begin(claim, task.get())) {
      return attempt(
          new AttemptScope(worker, task.get(), policy, Map.of()), claim, guard, measured);
    }
  }

  private RequeueDecision attempt(
      AttemptScope scope, TaskClaim claim, InterruptGuard guard, MeasuredAttempt measured) {
    AtomicReference<Map<String, Object>> recorded = new AtomicReference<>(scope.recorded());
    ClaimGate gate =
        new ClaimGate(
            scope.policy(),
            () -> tasks.status(claim, scope.task()),
            news -> announce(scope, claim, recorded, news),
            guard);
    Optional<ReconcileContext> given = Optional.empty();
    AttemptResult result;
    try {
      DecryptedTask task = reader.decrypt(claim.hardware(), claim.workerType(), scope.task());
      recorded.set(task.details());
      ReconcileContext context =
          new ReconcileContext(task.hardware(), task.details(), scope.cause(), task.dependencies());
      given = Optional.of(context);
      result = possible(scope.task(), guard.around(() -> run(scope, context, gate, guard)));
    } catch (Exception | Error e) {
      result = AttemptResult.thrown(e, guard.requested());
    }
    AttemptScope decrypted = scope.withRecorded(recorded.get());
    RequeueDecision decision = record(decrypted, claim, result);
    if (decision == RequeueDecision.LOST) {
      lost(decrypted, claim, result, gate.hasAdmitted() ? given : Optional.empty());
    }
    measured.ended(decision == RequeueDecision.LOST ? AttemptResult.LOST : result.label());
    return decision;
  }

  private void announce(
      AttemptScope scope,
      TaskClaim claim,
      AtomicReference<Map<String, Object>> recorded,
      Map<String, @Nullable Object> news) {
    DetailsMerger.merge(recorded.get(), news, scope.worker().secretDetails())
        .ifPresent(details -> {
          tasks.announce(claim, scope.task(), details);
          recorded.set(details);
        });
  }

  private AttemptResult run(
      AttemptScope scope, ReconcileContext context, ClaimGate gate, InterruptGuard guard) {
    if (scope.task().cleanup().running()) {
      return new AttemptResult.Ended(LEFTOVER_FIRST);
    }
    Optional<Outcome> settled = scope.withoutWorker();
    return settled.isPresent()
        ? new AttemptResult.Ended(settled.get())
        : apply(scope, scope.worker().plan(context), gate, guard);
  }

  private AttemptResult apply(
      AttemptScope scope, ReconcilePlan plan, ClaimGate gate, InterruptGuard guard) {
    if (scope.driftMode() == ResyncPolicy.DriftMode.SHADOW) {
      return AttemptResult.shadowing(plan, gate, guard);
    }
    if (plan.changes().isEmpty()) {
      return AttemptResult.applying(plan, gate, guard);
    }
    if (scope.driftMode() == ResyncPolicy.DriftMode.REPORT) {
      return new AttemptResult.Drifted(plan.changes());
    }
    try {
      if (scope.task().quarantined()) {
        gate.check();
      }
    } catch (ClosedGateException e) {
      return standing(scope, AttemptResult.closed(plan, e.reason()));
    }
    return standing(scope, AttemptResult.applying(plan, gate, guard));
  }

  /** Drift of a device that was steady before its quarantine is reported as drift. */
  private static AttemptResult standing(AttemptScope scope, AttemptResult result) {
    return scope.task().standing().findsDrift()
            && result instanceof AttemptResult.Quarantined quarantined
            && quarantined.made().isEmpty()
        ? new AttemptResult.Drifted(quarantined.changes())
        : result;
  }

  /** A live device cannot be gone, and a deleted one is not done before it is. */
  private static AttemptResult possible(WorkerTask task, AttemptResult result) {
    boolean contradiction =
        switch (result) {
          case AttemptResult.Ended(Outcome.Synced _) -> task.deleted();
          case AttemptResult.Ended(Outcome.Gone _) -> !task.deleted();
          default -> false;
        };
    if (!contradiction) {
      return result;
    }
    LOG.error(
        "The worker answered {} for a device that is {}",
        result.label(),
        task.deleted() ? "deleted" : "not deleted");
    return new AttemptResult.Ended(
        FailureClassifier.defect("internal error (%s); see the log".formatted(result.label())));
  }

  private RequeueDecision record(AttemptScope scope, TaskClaim claim, AttemptResult result) {
    Instant now = clock.instant();
    return switch (result) {
      case AttemptResult.Ended(Outcome.Gone gone) -> remove(scope, claim, gone, now);
      case AttemptResult.Ended(Outcome outcome) ->
          finish(scope, claim, result, updates.ended(scope, outcome, now));
      case AttemptResult.Drifted(List<Change> changes) ->
          finish(scope, claim, result, updates.drifted(scope, changes, now));
      case AttemptResult.Shadowed(List<Change> changes) ->
          finish(scope, claim, result, updates.shadowed(scope, changes, now));
      case AttemptResult.Quarantined quarantined ->
          finish(scope, claim, result, updates.quarantined(scope, quarantined, now));
      case AttemptResult.Lost _ -> {
        tasks.handBack(claim);
        yield RequeueDecision.LOST;
      }
      case AttemptResult.Interrupted interrupted -> interrupted(scope, claim, interrupted, now);
    };
  }

  private RequeueDecision finish(
      AttemptScope scope, TaskClaim claim, AttemptResult result, TaskUpdate update) {
    WorkerTaskStore.ReleaseResult released = tasks.finish(claim, scope.task(), update);
    if (released == WorkerTaskStore.ReleaseResult.LOST) {
      return RequeueDecision.LOST;
    }
    AttemptLog.ended(scope, result, update);
    if (released == WorkerTaskStore.ReleaseResult.DUE) {
      return RequeueDecision.DUE;
    }
    return update.details() == null ? RequeueDecision.WAITING : RequeueDecision.PROGRESSED;
  }

  private RequeueDecision interrupted(
      AttemptScope scope, TaskClaim claim, AttemptResult.Interrupted interrupted, Instant now) {
    if (!interrupted.isWithoutTrace()) {
      return finish(scope, claim, interrupted, updates.interrupted(scope, interrupted, now));
    }
    tasks.handBack(claim);
    LOG.info("Attempt interrupted; the task is handed back");
    return RequeueDecision.WAITING;
  }

  private RequeueDecision remove(
      AttemptScope scope, TaskClaim claim, Outcome.Gone gone, Instant now) {
    if (!tasks.remove(claim, scope.task(), now, updates.gone(gone))) {
      return RequeueDecision.LOST;
    }
    LOG.info("Cleaned up, {} changes", gone.changes().size());
    return RequeueDecision.GONE;
  }

  /**
   * Hands on what the attempt may have written.
   *
   * @param wrote what the worker was given, if it may have written
   */
  private void lost(
      AttemptScope scope, TaskClaim claim, AttemptResult result, Optional<ReconcileContext> wrote) {
    if (wrote.isEmpty()) {
      LOG.warn(
          "Another replica took the task over, or the device is gone; outcome dropped, nothing was"
              + " written");
      return;
    }
    Worker worker = scope.worker();
    ReconcileContext given = wrote.get();
    Map<String, Object> details = merged(worker, scope.recorded(), result.unrecorded());
    ReconcileContext lost =
        new ReconcileContext(given.hardware(), details, given.cause(), given.dependencies());
    Heir heir =
        lostAttempts.handOn(
            claim,
            scope.task(),
            new LostWrites(details, result.written()),
            recorded -> merged(worker, recorded, worker.detailsAfterLoss(lost, recorded)));
    LOG.warn(
        "Another replica took the task over, or the device is gone, after {} confirmed changes; {}",
        result.written().size(),
        heir == Heir.TASK
            ? "the next attempt checks them and is due now"
            : "a leftover removes them from the backend");
  }

  private static Map<String, Object> merged(
      Worker worker, Map<String, Object> before, Map<String, @Nullable Object> news) {
    return DetailsMerger.merge(before, news, worker.secretDetails()).orElse(before);
  }
}
