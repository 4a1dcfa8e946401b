package doni.leftover;

import doni.convergence.FailureClassifier;
import doni.engine.attempt.AttemptResult;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.ClaimGate;
import doni.engine.attempt.DetailsMerger;
import doni.engine.attempt.InterruptGuard;
import doni.engine.attempt.RetryBackoff;
import doni.enrollment.HardwareId;
import doni.task.LostAttemptStore;
import doni.task.ShadowReport;
import doni.task.TaskUpdate.NewEvent;
import doni.task.WorkerTaskReader.DecryptedTask;
import doni.task.WorkerTaskStore.ClaimStatus;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WriteGate.ClosedGateException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Removes what force-deleted hardware has left behind in a worker's backend, in the same way as the
 * worker cleans up any deleted hardware.
 */
final class LeftoverCleanup {

  private static final Logger LOG = LoggerFactory.getLogger(LeftoverCleanup.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(10);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(5);

  /** The delay before an obstacle is checked again. */
  private static final Duration OBSTACLE_DELAY = Duration.ofSeconds(30);

  private static final String INTERRUPTED = "attempt interrupted";

  private final LeftoverStore leftovers;
  private final LostAttemptStore lostAttempts;
  private final Function<String, ResyncPolicy> policies;
  private final RetryBackoff backOff;
  private final Clock clock;

  /**
   * @param policies by the type of a worker
   */
  public LeftoverCleanup(
      LeftoverStore leftovers,
      LostAttemptStore lostAttempts,
      Function<String, ResyncPolicy> policies,
      RandomGenerator random,
      Clock clock) {
    this.leftovers = leftovers;
    this.policies = policies;
    this.lostAttempts = lostAttempts;
    this.backOff = new RetryBackoff(FIRST_RETRY, LONGEST_RETRY, random);
    this.clock = clock;
  }

  /**
   * Claims a leftover of the worker that is due, and tries to remove it.
   *
   * @return false if none is due
   */
  public boolean next(Worker worker, InterruptGuard interruption) {
    Optional<ClaimedLeftover> claimed = leftovers.claim(worker.type(), worker.dependsOn());
    if (claimed.isEmpty()) {
      return false;
    }
    HardwareId id = claimed.get().leftover().hardware().id();
    try (var _ = MDC.putCloseable("hardware", id.toString());
        var _ = MDC.putCloseable("worker", worker.type());
        var _ =
            MDC.putCloseable(
                "generation", claimed.get().leftover().hardware().generation().toString());
        var _ =
            MDC.putCloseable(
                "attempt", Integer.toString(claimed.get().leftover().progress().attempts() + 1))) {
      remove(worker, claimed.get(), interruption);
    }
    return true;
  }

  private void remove(Worker worker, ClaimedLeftover claimed, InterruptGuard interruption) {
    Optional<String> obstacle = leftovers.obstacle(claimed, worker.identifiesByName());
    if (obstacle.isPresent()) {
      leftovers.waitFor(claimed, obstacle.get(), clock.instant().plus(OBSTACLE_DELAY));
      return;
    }
    ResyncPolicy policy = policies.apply(worker.type());
    ClaimGate gate =
        new ClaimGate(
            policy,
            () -> leftovers.renew(claimed) ? ClaimStatus.HELD : ClaimStatus.LOST,
            // A cleanup makes nothing that would have to be found.
            _ -> {},
            interruption);
    Map<String, Object> details = Map.of();
    AttemptResult result;
    try {
      DecryptedTask subject = leftovers.open(claimed);
      details = subject.details();
      ReconcileContext attempt =
          new ReconcileContext(
              subject.hardware(), details, Cause.REQUESTED, subject.dependencies());
      result = interruption.around(() -> look(worker, policy, attempt, gate, interruption));
    } catch (Exception | Error e) {
      result = AttemptResult.thrown(e, interruption.requested());
    }
    if (result instanceof AttemptResult.Lost) {
      lost(worker, claimed, result, gate.hasAdmitted());
    } else {
      conclude(worker, claimed, details, result);
    }
  }

  /** To observe can take long; what follows writes, and needs the whole of the claim's time. */
  private static AttemptResult look(
      Worker worker,
      ResyncPolicy policy,
      ReconcileContext attempt,
      ClaimGate gate,
      InterruptGuard interruption) {
    ReconcilePlan plan = worker.plan(attempt);
    if (policy.isShadow()) {
      return AttemptResult.shadowing(plan, gate, interruption);
    }
    try {
      gate.check();
    } catch (ClosedGateException e) {
      return AttemptResult.closed(plan, e.reason());
    }
    return AttemptResult.applying(plan, gate, interruption);
  }

  /** Another replica continues; but the uuid may have been enrolled again in the meantime. */
  private void lost(
      Worker worker, ClaimedLeftover claimed, AttemptResult result, boolean mayHaveWritten) {
    LOG.warn(
        "Another replica took the leftover over after {} confirmed changes; cleanup ended",
        result.written().size());
    if (mayHaveWritten) {
      lostAttempts.reopen(claimed.leftover().hardware().id(), worker.type());
    }
  }

  private void conclude(
      Worker worker, ClaimedLeftover claimed, Map<String, Object> details, AttemptResult result) {
    switch (result) {
      case AttemptResult.Ended(Outcome.Gone gone) -> {
        leftovers.remove(claimed, NewEvent.body(gone.changes()));
        LOG.info("Leftover removed, {} changes", gone.changes().size());
      }
      case AttemptResult.Ended(Outcome.Deferred deferred) when !deferred.counted() ->
          leftovers.waitFor(claimed, deferred.reason(), clock.instant().plus(OBSTACLE_DELAY));
      case AttemptResult.Ended(Outcome.Deferred deferred) ->
          retry(worker, claimed, details, deferred, deferred.reason(), deferred.after());
      case AttemptResult.Ended(Outcome.Failed failed) ->
          retry(worker, claimed, details, failed, failed.message(), failed.after());
      case AttemptResult.Ended(Outcome.Synced synced) -> {
        LOG.error("The worker answered Synced for a device that is deleted");
        retry(worker, claimed, details, synced, "internal error (synced); see the log", null);
      }
      case AttemptResult.Shadowed(List<Change> changes) ->
          leftovers.waitFor(
              claimed,
              ShadowReport.reason(worker.type(), changes),
              clock.instant().plus(LONGEST_RETRY));
      case AttemptResult.Interrupted interrupted when interrupted.isWithoutTrace() ->
          leftovers.waitFor(claimed, INTERRUPTED, clock.instant());
      case AttemptResult.Interrupted interrupted ->
          leftovers.retry(
              claimed,
              INTERRUPTED,
              clock.instant(),
              DetailsMerger.merge(details, interrupted.details(), worker.secretDetails())
                  .orElse(null));
      case AttemptResult.Drifted _, AttemptResult.Quarantined _, AttemptResult.Lost _ ->
          throw new IllegalStateException("unexpected end of a cleanup: " + result.label());
    }
  }

  private void retry(
      Worker worker,
      ClaimedLeftover claimed,
      Map<String, Object> details,
      Outcome outcome,
      String reason,
      @Nullable Duration after) {
    Duration wait = backOff.after(claimed.leftover().progress().attempts() + 1);
    Instant next = clock.instant().plus(after == null || after.compareTo(wait) < 0 ? wait : after);
    String bounded = FailureClassifier.bounded(reason);
    leftovers.retry(
        claimed,
        bounded,
        next,
        DetailsMerger.merge(details, outcome.details(), worker.secretDetails()).orElse(null));
    LOG.debug("A leftover is still there: {}", bounded);
  }
}
