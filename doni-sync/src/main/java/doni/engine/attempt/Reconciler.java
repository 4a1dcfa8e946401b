package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.task.DecryptedTask;
import doni.task.TaskClaim;
import doni.task.TaskUpdate;
import doni.task.WorkerTask;
import doni.task.WorkerTaskStore;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

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

  /** A device that is not steady for this long deserves an operator's attention, once. */
  private static final Duration LONG = Duration.ofMinutes(15);

  private final WorkerTaskStore tasks;
  private final Function<String, ResyncPolicy> policies;
  private final TaskUpdateMapper updates;
  private final AttemptMeters meters;
  private final AttemptSpans spans;
  private final Clock clock;

  /** Without spans. */
  public Reconciler(
      WorkerTaskStore tasks,
      Function<String, ResyncPolicy> policies,
      RandomGenerator random,
      MeterRegistry meters,
      Clock clock) {
    this(tasks, policies, random, meters, AttemptSpans.NONE, clock);
  }

  /**
   * @param policies by worker type
   */
  public Reconciler(
      WorkerTaskStore tasks,
      Function<String, ResyncPolicy> policies,
      RandomGenerator random,
      MeterRegistry meters,
      AttemptSpans spans,
      Clock clock) {
    this.tasks = tasks;
    this.spans = spans;
    this.policies = policies;
    this.updates = new TaskUpdateMapper(new RetryBackoff(FIRST_RETRY, LONGEST_RETRY, random));
    this.meters = new AttemptMeters(meters);
    this.clock = clock;
  }

  /** Called once for a worker before its first attempt. */
  public void register(Worker worker) {
    meters.register(worker.type());
  }

  /** Makes one attempt and gives the task back to its queue. */
  public RequeueDecision attempt(Worker worker, TaskClaim claim, InterruptGuard guard) {
    Optional<WorkerTask> task = tasks.read(claim, worker.dependsOn());
    if (task.isEmpty()) {
      tasks.discard(claim);
      return RequeueDecision.GONE;
    }
    try (AttemptSpans.Open span = spans.begin(worker.type(), claim, task.get());
        var _ = MDC.putCloseable("hardware", claim.hardware().toString());
        var _ = MDC.putCloseable("worker", worker.type());
        var _ = MDC.putCloseable("generation", task.get().generation().toString());
        var _ = MDC.putCloseable("attempt", Integer.toString(task.get().attempts() + 1))) {
      return attempt(worker, claim, task.get(), guard, span);
    }
  }

  private RequeueDecision attempt(
      Worker worker,
      TaskClaim claim,
      WorkerTask task,
      InterruptGuard guard,
      AttemptSpans.Open span) {
    long started = System.nanoTime();
    ResyncPolicy policy = policies.apply(worker.type());
    ClaimedTask claimed = new ClaimedTask(worker, claim, task, policy, Map.of());
    AttemptResult result;
    try {
      DecryptedTask decrypted = tasks.open(claim, task);
      claimed = new ClaimedTask(worker, claim, task, policy, decrypted.details());
      Cause cause = task.requested() ? Cause.REQUESTED : Cause.SCHEDULED;
      ReconcileContext context =
          new ReconcileContext(
              decrypted.hardware(), decrypted.details(), cause, decrypted.dependencies());
      ClaimedTask opened = claimed;
      result = possible(task, guard.around(() -> run(opened, context)));
    } catch (Exception | Error e) {
      result = AttemptResult.thrown(e, guard.requested());
    }
    RequeueDecision decision = record(claimed, result);
    String label = decision == RequeueDecision.LOST ? AttemptResult.LOST : result.label();
    span.ended(label.toUpperCase(Locale.ROOT));
    meters.record(worker.type(), label, Duration.ofNanos(System.nanoTime() - started));
    return decision;
  }

  private AttemptResult run(ClaimedTask claimed, ReconcileContext context) {
    if (claimed.task().cleanupRunning()) {
      return new AttemptResult.Ended(LEFTOVER_FIRST);
    }
    AttemptScope scope = new AttemptScope(claimed.worker(), claimed.task(), claimed.policy());
    return scope
        .withoutWorker()
        .<AttemptResult>map(AttemptResult.Ended::new)
        .orElseGet(() -> run(claimed, scope.driftMode(), claimed.worker().plan(context)));
  }

  private AttemptResult run(ClaimedTask claimed, ResyncPolicy.DriftMode drift, ReconcilePlan plan) {
    if (plan.changes().isEmpty()) {
      return AttemptResult.applying(plan);
    }
    if (drift == ResyncPolicy.DriftMode.REPORT) {
      return new AttemptResult.Drifted(plan.changes());
    }
    if (!tasks.isQuarantined(claimed.claim().hardware())) {
      return AttemptResult.applying(plan);
    }
    return claimed.task().findsDrift()
        ? new AttemptResult.Drifted(plan.changes())
        : new AttemptResult.Quarantined(plan.changes());
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

  private RequeueDecision record(ClaimedTask claimed, AttemptResult result) {
    Instant now = clock.instant();
    return switch (result) {
      case AttemptResult.Ended(Outcome.Gone gone) -> remove(claimed, gone, now);
      case AttemptResult.Ended(Outcome outcome) ->
          update(claimed, updates.ended(claimed, outcome, now), outcome.changes());
      case AttemptResult.Drifted(List<Change> changes) ->
          update(claimed, updates.drifted(claimed, changes, now), List.of());
      case AttemptResult.Quarantined(List<Change> changes) ->
          update(claimed, updates.quarantined(claimed, changes, now), List.of());
      case AttemptResult.Interrupted() -> {
        tasks.handBack(claimed.claim());
        LOG.info("Attempt interrupted; the task is handed back");
        yield RequeueDecision.WAITING;
      }
    };
  }

  private RequeueDecision update(ClaimedTask claimed, TaskUpdate update, List<Change> changes) {
    return switch (tasks.finish(claimed.claim(), claimed.task(), update)) {
      case WAITING -> {
        log(claimed.task(), update, changes);
        yield update.details() == null ? RequeueDecision.WAITING : RequeueDecision.PROGRESSED;
      }
      case DUE -> {
        log(claimed.task(), update, changes);
        yield RequeueDecision.DUE;
      }
      case LOST -> lost();
    };
  }

  private RequeueDecision remove(ClaimedTask claimed, Outcome.Gone gone, Instant now) {
    if (!tasks.remove(claimed.claim(), claimed.task(), now, updates.gone(gone))) {
      return lost();
    }
    LOG.info("Cleaned up, {} changes", gone.changes().size());
    return RequeueDecision.GONE;
  }

  private static RequeueDecision lost() {
    LOG.warn(
        "Another replica took the task over, or the device was force-deleted; outcome dropped");
    return RequeueDecision.LOST;
  }

  private static void log(WorkerTask task, TaskUpdate update, List<Change> changes) {
    if (becomesLong(task, update)) {
      LOG.warn("Not steady since {}: {}", update.waitingSince(), update.reason());
    } else if (update.events().isEmpty()) {
      LOG.debug("{}, nothing changed", update.outcome());
    } else if (update.reason() == null) {
      LOG.info("{}, {} changes", update.outcome(), changes.size());
    } else {
      LOG.info("{}: {}", update.outcome(), update.reason());
    }
  }

  private static boolean becomesLong(WorkerTask task, TaskUpdate update) {
    Instant since = update.waitingSince();
    Instant before = task.lastAttemptAt();
    return since != null
        && before != null
        && before.isBefore(since.plus(LONG))
        && !update.at().isBefore(since.plus(LONG));
  }
}
