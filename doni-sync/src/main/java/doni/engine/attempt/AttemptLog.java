package doni.engine.attempt;

import doni.task.TaskUpdate;
import doni.task.WorkerTask;
import doni.task.WorkerTask.LastAttempt;
import doni.worker.Outcome;
import doni.worker.Outcome.Deferred.DeferralCause;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The line that each attempt logs; a warning if an operator should look now. */
final class AttemptLog {

  /** Everything about attempts is logged under one name. */
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  /** A failure, or a refusal of our credentials, that lasts this long deserves attention. */
  private static final Duration LASTING = Duration.ofSeconds(20);

  /** So many failures take at most 15 s of back-off. */
  private static final int LASTING_FAILURES = 5;

  /** A device that waits for something outside for this long deserves attention. */
  private static final Duration LONG = Duration.ofMinutes(15);

  private AttemptLog() {}

  static void ended(AttemptScope scope, AttemptResult result, TaskUpdate update) {
    LastAttempt end = update.attempt();
    if (deservesAttention(scope.task(), result, update)) {
      LOG.warn(
          "Device {} is not steady in lane {} since {}: {}",
          scope.task().encrypted().name(),
          scope.worker().type(),
          update.retries().waitingSince(),
          end.reason());
    } else if (update.events().isEmpty()) {
      LOG.debug("{}, nothing changed", end.outcome());
    } else if (end.reason() == null) {
      LOG.info("{}, {} changes", end.outcome(), result.written().size());
    } else {
      LOG.info("{}: {}", end.outcome(), end.reason());
    }
  }

  /** Returns whether an operator should look now; true once for a state that lasts. */
  private static boolean deservesAttention(
      WorkerTask task, AttemptResult result, TaskUpdate update) {
    Instant since = update.retries().waitingSince();
    if (since == null) {
      return false;
    }
    return switch (result) {
      case AttemptResult.Ended(Outcome.Synced _) -> !update.events().isEmpty();
      // It is not tried again soon, so this is the only occasion.
      case AttemptResult.Ended(Outcome.Failed failed) when !failed.retryable() ->
          !update.events().isEmpty();
      // Where the device waited for something else before, the time says nothing of the failure.
      case AttemptResult.Ended(Outcome.Failed _) ->
          update.retries().deferCount() == 0
              ? begins(task, update, since.plus(LASTING))
              : failures(update) == LASTING_FAILURES;
      case AttemptResult.Ended(Outcome.Deferred deferred)
          when deferred.cause() == DeferralCause.CREDENTIALS ->
          begins(task, update, since.plus(LASTING))
              || (!update.attempt().at().isBefore(since.plus(LASTING))
                  && !update.events().isEmpty());
      default -> begins(task, update, since.plus(LONG));
    };
  }

  /** Returns whether this attempt is the first one after that moment. */
  private static boolean begins(WorkerTask task, TaskUpdate update, Instant moment) {
    LastAttempt before = task.lastAttempt();
    return (before == null || before.at().isBefore(moment))
        && !update.attempt().at().isBefore(moment);
  }

  private static int failures(TaskUpdate update) {
    return update.retries().attempts() - update.retries().deferCount();
  }
}
