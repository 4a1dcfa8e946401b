package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.task.TaskUpdate;
import doni.task.TaskUpdate.NewEvent;
import doni.task.WorkerTask;
import doni.task.WorkerTask.LastOutcome;
import doni.worker.Change;
import doni.worker.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps the result of an attempt to what is stored: counts, the time of the next attempt, details
 * and events. Pure.
 *
 * <p>An attempt that finds what the one before it found leaves no event, however often it is made;
 * an attempt that wrote something always leaves one.
 */
final class TaskUpdateMapper {

  private static final String QUARANTINED = "quarantined; release the device to apply its changes";
  private static final Duration UNCOUNTED_RETRY = Duration.ofSeconds(1);

  private final RetryBackoff backoff;

  TaskUpdateMapper(RetryBackoff backoff) {
    this.backoff = backoff;
  }

  /** Maps an outcome after which the task goes on. */
  TaskUpdate ended(ClaimedTask claimed, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Synced synced -> synced(claimed, synced, now);
      case Outcome.Deferred deferred -> deferred(claimed, deferred, now);
      case Outcome.Failed failed -> failed(claimed, failed, now);
      case Outcome.Gone _ ->
          throw new IllegalArgumentException("a task that is gone has no update");
    };
  }

  private TaskUpdate synced(ClaimedTask claimed, Outcome.Synced outcome, Instant now) {
    return steady(
        claimed,
        now,
        details(claimed, withoutDrift(claimed, outcome.details())),
        syncedEvents(claimed, outcome.changes()));
  }

  /** Maps drift that is left alone: one event, as long as the drift stays the same. */
  TaskUpdate drifted(ClaimedTask claimed, List<Change> changes, Instant now) {
    Map<String, Object> body = NewEvent.body(changes);
    Map<String, Object> details = details(claimed, Map.of(ClaimedTask.DRIFT, body));
    return steady(
        claimed,
        now,
        details,
        details == null ? List.of() : List.of(new NewEvent("worker.drift.reported", body)));
  }

  private TaskUpdate steady(
      ClaimedTask claimed,
      Instant now,
      @Nullable Map<String, Object> details,
      List<NewEvent> events) {
    return new TaskUpdate(
        LastOutcome.SYNCED,
        null,
        0,
        0,
        null,
        now,
        now.plus(backoff.around(claimed.policy().resyncInterval())),
        details,
        events);
  }

  private static Map<String, @Nullable Object> withoutDrift(
      ClaimedTask claimed, Map<String, @Nullable Object> details) {
    if (!claimed.details().containsKey(ClaimedTask.DRIFT)) {
      return details;
    }
    Map<String, @Nullable Object> without = new LinkedHashMap<>(details);
    without.put(ClaimedTask.DRIFT, null);
    return without;
  }

  private TaskUpdate deferred(ClaimedTask claimed, Outcome.Deferred outcome, Instant now) {
    WorkerTask task = claimed.task();
    int counted = outcome.counted() ? 1 : 0;
    int defers = defers(task) + counted;
    Duration after = outcome.after();
    if (after == null) {
      after = outcome.counted() ? backoff.after(defers) : UNCOUNTED_RETRY;
    }
    String reason = FailureClassifier.bounded(outcome.reason());
    return new TaskUpdate(
        LastOutcome.DEFERRED,
        reason,
        attempts(task) + counted,
        defers,
        waitingSince(task, now),
        now,
        now.plus(after),
        details(claimed, outcome.details()),
        deferredEvents(task, outcome, reason));
  }

  /** It is the lane that waits in an uncounted deferral, so the device has no event of it. */
  private static List<NewEvent> deferredEvents(
      WorkerTask task, Outcome.Deferred outcome, String reason) {
    boolean news = outcome.counted() && isNews(task, LastOutcome.DEFERRED, reason);
    return news || !outcome.changes().isEmpty()
        ? List.of(event("worker.deferred", Map.of("reason", reason), outcome.changes()))
        : List.of();
  }

  /** Maps changes that wait for the end of a quarantine: not counted, and one event. */
  TaskUpdate quarantined(ClaimedTask claimed, List<Change> changes, Instant now) {
    WorkerTask task = claimed.task();
    return new TaskUpdate(
        LastOutcome.DEFERRED,
        QUARANTINED,
        attempts(task),
        defers(task),
        waitingSince(task, now),
        now,
        now.plus(backoff.around(claimed.policy().resyncInterval())),
        null,
        task.fresh() || isNews(task, LastOutcome.DEFERRED, QUARANTINED)
            ? List.of(new NewEvent("worker.quarantined", NewEvent.body(changes)))
            : List.of());
  }

  private TaskUpdate failed(ClaimedTask claimed, Outcome.Failed outcome, Instant now) {
    WorkerTask task = claimed.task();
    int attempts = attempts(task) + 1;
    int defers = defers(task);
    String message = FailureClassifier.bounded(outcome.message());
    boolean news = isNews(task, LastOutcome.FAILED, message);
    return new TaskUpdate(
        LastOutcome.FAILED,
        message,
        attempts,
        defers,
        waitingSince(task, now),
        now,
        now.plus(retryAfter(claimed, outcome, attempts - defers)),
        details(claimed, outcome.details()),
        news || !outcome.changes().isEmpty()
            ? List.of(
                event(
                    "worker.failed",
                    Map.of("message", message, "retryable", outcome.retryable()),
                    outcome.changes()))
            : List.of());
  }

  private Duration retryAfter(ClaimedTask claimed, Outcome.Failed outcome, int failures) {
    Duration wait =
        outcome.retryable()
            ? backoff.after(failures)
            : backoff.around(claimed.policy().resyncInterval());
    Duration asked = outcome.after();
    return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
  }

  List<NewEvent> gone(Outcome.Gone outcome) {
    return List.of(new NewEvent("worker.gone", NewEvent.body(outcome.changes())));
  }

  private static List<NewEvent> syncedEvents(ClaimedTask claimed, List<Change> changes) {
    if (claimed.task().steady() && changes.isEmpty()) {
      return List.of();
    }
    String kind = claimed.task().findsDrift() ? "worker.drift" : "worker.synced";
    return List.of(new NewEvent(kind, NewEvent.body(changes)));
  }

  private static NewEvent event(String kind, Map<String, Object> body, List<Change> changes) {
    if (changes.isEmpty()) {
      return new NewEvent(kind, body);
    }
    Map<String, Object> whole = new LinkedHashMap<>(body);
    whole.putAll(NewEvent.body(changes));
    return new NewEvent(kind, whole);
  }

  private static @Nullable Map<String, Object> details(
      ClaimedTask claimed, Map<String, @Nullable Object> recorded) {
    return DetailsMerger.merge(claimed.details(), recorded, claimed.worker().secretDetails())
        .orElse(null);
  }

  /** What was counted for an older generation says nothing about this one. */
  private static int attempts(WorkerTask task) {
    return task.fresh() ? 0 : task.attempts();
  }

  private static int defers(WorkerTask task) {
    return task.fresh() ? 0 : task.deferCount();
  }

  private static Instant waitingSince(WorkerTask task, Instant now) {
    return task.fresh() || task.waitingSince() == null ? now : task.waitingSince();
  }

  private static boolean isNews(WorkerTask task, LastOutcome outcome, String reason) {
    return task.lastOutcome() != outcome || !Objects.equals(task.reason(), reason);
  }
}
