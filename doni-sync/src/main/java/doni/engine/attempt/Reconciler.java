package doni.engine.attempt;

import doni.engine.attempt.AttemptMeters.Result;
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
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One attempt of a worker for a device: reads what is wanted, lets the worker remove the difference
 * outside any transaction, and records how that went.
 */
public final class Reconciler {

  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  private static final Outcome.Deferred SWEPT =
      new Outcome.Deferred(
          "a device of the same name or uuid that was deleted by force is still being attended to",
          Duration.ofSeconds(5),
          Map.of());

  /** A deferral that lasts so long deserves an operator's attention, once. */
  private static final Duration LONG = Duration.ofMinutes(15);

  private final WorkerTaskStore tasks;
  private final Function<String, ResyncPolicy> routines;
  private final TaskUpdateMapper books;
  private final AttemptMeters meters;
  private final AttemptSpans spans;
  private final Clock clock;

  /** Without spans. */
  public Reconciler(
      WorkerTaskStore tasks,
      Function<String, ResyncPolicy> routines,
      RandomGenerator random,
      MeterRegistry meters,
      Clock clock) {
    this(tasks, routines, random, meters, AttemptSpans.NONE, clock);
  }

  /**
   * @param routines by worker type
   */
  public Reconciler(
      WorkerTaskStore tasks,
      Function<String, ResyncPolicy> routines,
      RandomGenerator random,
      MeterRegistry meters,
      AttemptSpans spans,
      Clock clock) {
    this.tasks = tasks;
    this.spans = spans;
    this.routines = routines;
    this.books = new TaskUpdateMapper(new RetryBackoff(FIRST_RETRY, LONGEST_RETRY, random));
    this.meters = new AttemptMeters(meters);
    this.clock = clock;
  }

  /** Called once for a worker before its first attempt. */
  public void register(Worker worker) {
    meters.register(worker.type());
  }

  /** Makes one attempt and gives the task back to its queue. */
  public RequeueDecision attempt(Worker worker, TaskClaim claim, InterruptGuard interruption) {
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
      return attempt(worker, claim, task.get(), interruption, span);
    }
  }

  private RequeueDecision attempt(
      Worker worker,
      TaskClaim claim,
      WorkerTask task,
      InterruptGuard interruption,
      AttemptSpans.Open span) {
    long started = System.nanoTime();
    ResyncPolicy routine = routines.apply(worker.type());
    ClaimedTask pass = new ClaimedTask(worker, claim, task, routine, Map.of());
    AttemptResult verdict;
    try {
      DecryptedTask subject = tasks.open(claim, task);
      pass = new ClaimedTask(worker, claim, task, routine, subject.details());
      Cause cause = task.requested() ? Cause.REQUESTED : Cause.SCHEDULED;
      ReconcileContext attempt =
          new ReconcileContext(subject.device(), subject.details(), cause, subject.followed());
      ClaimedTask opened = pass;
      verdict = interruption.around(() -> look(opened, attempt));
    } catch (Exception | Error e) {
      verdict = FailureClassifier.of(e, interruption.requested());
    }
    Conclusion conclusion = conclude(pass, verdict);
    span.ended(conclusion.result().name());
    meters.record(
        worker.type(), conclusion.result(), Duration.ofNanos(System.nanoTime() - started));
    return conclusion.looked();
  }

  private AttemptResult look(ClaimedTask pass, ReconcileContext attempt) {
    if (pass.task().swept()) {
      return new AttemptResult.NotSent(SWEPT);
    }
    AttemptScope look = new AttemptScope(pass.worker(), pass.task(), pass.routine());
    return look.unasked()
        .<AttemptResult>map(AttemptResult.Ended::new)
        .orElseGet(() -> look(pass, look.drift(), pass.worker().plan(attempt)));
  }

  private AttemptResult look(ClaimedTask pass, ResyncPolicy.DriftMode drift, ReconcilePlan plan) {
    if (plan.changes().isEmpty()) {
      return new AttemptResult.Ended(plan.apply());
    }
    if (drift == ResyncPolicy.DriftMode.REPORT) {
      return new AttemptResult.Drifted(plan.changes());
    }
    return tasks.isQuarantined(pass.claim().hardware())
        ? new AttemptResult.Quarantined(plan.changes())
        : new AttemptResult.Ended(plan.apply());
  }

  private record Conclusion(RequeueDecision looked, Result result) {}

  private Conclusion conclude(ClaimedTask pass, AttemptResult verdict) {
    Instant now = clock.instant();
    return switch (verdict) {
      case AttemptResult.Ended(Outcome outcome) -> conclude(pass, possible(pass, outcome), now);
      case AttemptResult.Drifted(List<Change> changes) ->
          finish(pass, books.drifted(pass, changes, now), List.of(), Result.DRIFTED);
      case AttemptResult.Quarantined(List<Change> changes) -> quarantined(pass, changes, now);
      case AttemptResult.NotSent(Outcome.Deferred outcome) ->
          finish(pass, books.notSent(pass, outcome, now), List.of(), Result.DEFERRED);
      case AttemptResult.Interrupted() -> {
        tasks.handBack(pass.claim());
        LOG.info("Interrupted and handed back");
        yield new Conclusion(RequeueDecision.WAITING, Result.INTERRUPTED);
      }
    };
  }

  private Conclusion quarantined(ClaimedTask pass, List<Change> changes, Instant now) {
    return pass.task().findsDrift()
        ? finish(pass, books.drifted(pass, changes, now), List.of(), Result.DRIFTED)
        : finish(pass, books.quarantined(pass, changes, now), List.of(), Result.DEFERRED);
  }

  private Conclusion conclude(ClaimedTask pass, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Synced synced ->
          finish(pass, books.synced(pass, synced, now), synced.changes(), Result.SYNCED);
      case Outcome.Deferred deferred ->
          finish(pass, books.deferred(pass, deferred, now), List.of(), Result.DEFERRED);
      case Outcome.Failed failed ->
          finish(pass, books.failed(pass, failed, now), List.of(), Result.FAILED);
      case Outcome.Gone gone -> remove(pass, gone, now);
    };
  }

  /** A live device cannot be gone, and a deleted one is not done before it is. */
  private static Outcome possible(ClaimedTask pass, Outcome outcome) {
    boolean contradiction =
        pass.task().deleted() ? outcome instanceof Outcome.Synced : outcome instanceof Outcome.Gone;
    if (!contradiction) {
      return outcome;
    }
    String said = outcome.getClass().getSimpleName();
    LOG.error("The worker answered {} for a device for which that cannot be", said);
    return FailureClassifier.defect("the service has a defect (" + said + ")");
  }

  private Conclusion finish(
      ClaimedTask pass, TaskUpdate finish, List<Change> changes, Result result) {
    return switch (tasks.finish(pass.claim(), pass.task(), finish)) {
      case WAITING -> {
        log(pass.task(), finish, changes);
        yield new Conclusion(
            finish.details() == null ? RequeueDecision.WAITING : RequeueDecision.PROGRESSED,
            result);
      }
      case DUE -> {
        log(pass.task(), finish, changes);
        yield new Conclusion(RequeueDecision.DUE, result);
      }
      case LOST -> lost();
    };
  }

  private Conclusion remove(ClaimedTask pass, Outcome.Gone gone, Instant now) {
    if (!tasks.remove(pass.claim(), pass.task(), now, books.gone(gone))) {
      return lost();
    }
    LOG.info("Cleaned up, {} changes", gone.changes().size());
    return new Conclusion(RequeueDecision.GONE, Result.GONE);
  }

  private static Conclusion lost() {
    LOG.warn("The attempt was taken over, or the device deleted by force; its outcome is dropped");
    return new Conclusion(RequeueDecision.LOST, Result.LOST);
  }

  private static void log(WorkerTask task, TaskUpdate finish, List<Change> changes) {
    if (becomesLong(task, finish)) {
      LOG.warn("Not in agreement since {}: {}", finish.waitingSince(), finish.reason());
    } else if (finish.notes().isEmpty()) {
      LOG.debug("{}, nothing changed", finish.ending());
    } else if (finish.reason() == null) {
      LOG.info("{}, {} changes", finish.ending(), changes.size());
    } else {
      LOG.info("{}: {}", finish.ending(), finish.reason());
    }
  }

  private static boolean becomesLong(WorkerTask task, TaskUpdate finish) {
    Instant since = finish.waitingSince();
    Instant before = task.lastAttemptAt();
    return since != null
        && before != null
        && before.isBefore(since.plus(LONG))
        && !finish.at().isBefore(since.plus(LONG));
  }
}
