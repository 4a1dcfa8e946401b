package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.task.ShadowReport;
import doni.task.TaskState;
import doni.task.TaskUpdate;
import doni.task.TaskUpdate.NewEvent;
import doni.task.WorkerTask;
import doni.task.WorkerTask.LastAttempt;
import doni.task.WorkerTask.LastOutcome;
import doni.task.WorkerTask.RetryCount;
import doni.task.WorkerTask.TaskStanding;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.BlockedBy;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final String INTERRUPTED =
      "attempt interrupted: its replica is stopping; continued by another replica";
  private static final Duration UNCOUNTED_RETRY = Duration.ofSeconds(1);

  /** Only a person ends drift that a worker leaves alone. */
  private static final Duration UNREPAIRED_RETRY = Duration.ofMinutes(1);

  private final RetryBackoff backoff;

  TaskUpdateMapper(RetryBackoff backoff) {
    this.backoff = backoff;
  }

  /** Maps an outcome after which the task goes on. */
  TaskUpdate ended(AttemptScope scope, Outcome outcome, Instant now) {
    return scope.withMilestones(mapped(scope, outcome, now));
  }

  private TaskUpdate mapped(AttemptScope scope, Outcome outcome, Instant now) {
    return switch (outcome) {
      case Outcome.Synced synced ->
          synced
              .unrepaired()
              .map(drift -> unrepaired(scope, synced, drift, now))
              .orElseGet(() -> synced(scope, synced, now));
      case Outcome.Deferred deferred -> deferred(scope, deferred, now);
      case Outcome.Failed failed -> failed(scope, failed, now);
      case Outcome.Gone _ ->
          throw new IllegalArgumentException("a task that is gone has no update");
    };
  }

  private TaskUpdate synced(AttemptScope scope, Outcome.Synced outcome, Instant now) {
    return steady(
        scope,
        now,
        details(scope, without(AttemptScope.DRIFT, scope, outcome.details())),
        syncedEvents(scope, outcome.changes()));
  }

  /** Maps drift that is left alone: one event, as long as the drift stays the same. */
  TaskUpdate drifted(AttemptScope scope, List<Change> changes, Instant now) {
    Map<String, Object> body = NewEvent.body(changes);
    Map<String, Object> details = details(scope, Map.of(AttemptScope.DRIFT, body));
    return steady(
        scope,
        now,
        details,
        details == null ? List.of() : List.of(new NewEvent("worker.drift.reported", body)));
  }

  /**
   * Maps what a lane in shadow would write: not counted, and one event as long as it stays the
   * same. The task is not steady.
   */
  TaskUpdate shadowed(AttemptScope scope, List<Change> changes, Instant now) {
    Map<String, Object> body = ShadowReport.body(changes);
    Map<String, Object> details = details(scope, Map.of(ShadowReport.WOULD_WRITE, body));
    return new TaskUpdate(
        new LastAttempt(
            LastOutcome.DEFERRED,
            ShadowReport.reason(scope.worker().type(), changes),
            now,
            BlockedBy.SITE),
        retries(scope.task(), now),
        now.plus(backoff.around(scope.policy().resyncInterval())),
        details,
        details == null ? List.of() : List.of(new NewEvent("worker.shadow.reported", body)));
  }

  /**
   * Maps drift that the worker leaves alone on purpose: the task is not steady, unless the lane
   * reports or ignores drift.
   */
  private TaskUpdate unrepaired(
      AttemptScope scope, Outcome.Synced outcome, UnrepairedDrift drift, Instant now) {
    Map<String, Object> body = NewEvent.body(drift.differences());
    Map<String, @Nullable Object> reported = new LinkedHashMap<>(outcome.details());
    reported.put(AttemptScope.DRIFT, body);
    List<NewEvent> events = new ArrayList<>();
    if (details(scope, Map.of(AttemptScope.DRIFT, body)) != null) {
      events.add(new NewEvent("worker.drift.reported", body));
    }
    if (scope.policy().drift().toleratesUnrepaired()) {
      events.addAll(syncedEvents(scope, outcome.changes()));
      return steady(scope, now, details(scope, reported), events);
    }
    TaskUpdate failed =
        failed(
            scope,
            new Outcome.Failed(drift.reason(), true, UNREPAIRED_RETRY, Map.of())
                .withDetails(reported)
                .withChanges(outcome.changes()),
            now);
    events.addAll(failed.events());
    return new TaskUpdate(
        failed.attempt(), failed.retries(), failed.next(), failed.details(), events);
  }

  private TaskUpdate steady(
      AttemptScope scope,
      Instant now,
      @Nullable Map<String, Object> details,
      List<NewEvent> events) {
    return new TaskUpdate(
        new LastAttempt(LastOutcome.SYNCED, null, now),
        RetryCount.NONE,
        now.plus(backoff.around(scope.policy().resyncInterval())),
        details,
        events);
  }

  /** Removes what the engine recorded under a key, unless that is recorded again. */
  private static Map<String, @Nullable Object> without(
      String key, AttemptScope scope, Map<String, @Nullable Object> details) {
    if (!scope.recorded().containsKey(key) || details.containsKey(key)) {
      return details;
    }
    Map<String, @Nullable Object> without = new LinkedHashMap<>(details);
    without.put(key, null);
    return without;
  }

  private TaskUpdate deferred(AttemptScope scope, Outcome.Deferred outcome, Instant now) {
    RetryCount before = retries(scope.task(), now);
    int counted = outcome.counted() ? 1 : 0;
    int deferrals = before.deferCount() + counted;
    Duration after = outcome.after();
    if (after == null) {
      after = outcome.counted() ? backoff.after(deferrals) : UNCOUNTED_RETRY;
    }
    String reason = FailureClassifier.bounded(outcome.reason());
    return new TaskUpdate(
        new LastAttempt(LastOutcome.DEFERRED, reason, now, outcome.blockedBy().orElse(null)),
        new RetryCount(before.attempts() + counted, deferrals, before.waitingSince()),
        now.plus(after),
        outcome.counted() ? details(scope, outcome.details()) : unobserved(scope, outcome),
        deferredEvents(scope.task(), outcome, reason));
  }

  private static List<NewEvent> deferredEvents(
      WorkerTask task, Outcome.Deferred outcome, String reason) {
    boolean news =
        switch (outcome.cause()) {
          case DEVICE -> isNews(task, LastOutcome.DEFERRED, reason);
          // The device is not at fault and cannot end it, so one event says when it began.
          case CREDENTIALS ->
              task.lastAttempt() == null || !task.lastAttempt().isSameRefusal(reason);
          // It is the lane that waits.
          case LANE -> false;
        };
    return news || !outcome.changes().isEmpty()
        ? List.of(NewEvent.of("worker.deferred", Map.of("reason", reason), outcome.changes()))
        : List.of();
  }

  /** Maps changes that wait for the end of a quarantine: not counted, and one event. */
  TaskUpdate quarantined(AttemptScope scope, AttemptResult.Quarantined result, Instant now) {
    WorkerTask task = scope.task();
    return new TaskUpdate(
        new LastAttempt(LastOutcome.DEFERRED, QUARANTINED, now, BlockedBy.SITE),
        retries(task, now),
        now.plus(backoff.around(scope.policy().resyncInterval())),
        details(scope, result.details()),
        quarantinedEvents(task, result));
  }

  private static List<NewEvent> quarantinedEvents(
      WorkerTask task, AttemptResult.Quarantined result) {
    if (!result.made().isEmpty()) {
      return List.of(NewEvent.of("worker.deferred", Map.of("reason", QUARANTINED), result.made()));
    }
    return task.standing().unattempted() || isNews(task, LastOutcome.DEFERRED, QUARANTINED)
        ? List.of(new NewEvent("worker.quarantined", NewEvent.body(result.changes())))
        : List.of();
  }

  /** Maps an attempt that was interrupted after it wrote: not counted, and due at once. */
  TaskUpdate interrupted(AttemptScope scope, AttemptResult.Interrupted result, Instant now) {
    return new TaskUpdate(
        new LastAttempt(LastOutcome.DEFERRED, INTERRUPTED, now),
        retries(scope.task(), now),
        now,
        details(scope, result.details()),
        result.changes().isEmpty()
            ? List.of()
            : List.of(
                NewEvent.of("worker.deferred", Map.of("reason", INTERRUPTED), result.changes())));
  }

  private TaskUpdate failed(AttemptScope scope, Outcome.Failed outcome, Instant now) {
    RetryCount before = retries(scope.task(), now);
    int attempts = before.attempts() + 1;
    String message = FailureClassifier.bounded(outcome.message());
    boolean news = isNews(scope.task(), LastOutcome.FAILED, message);
    return new TaskUpdate(
        new LastAttempt(LastOutcome.FAILED, message, now, outcome.blockedBy().orElse(null)),
        new RetryCount(attempts, before.deferCount(), before.waitingSince()),
        now.plus(retryAfter(scope, outcome, attempts - before.deferCount())),
        details(scope, outcome.details()),
        news || !outcome.changes().isEmpty()
            ? List.of(
                NewEvent.of(
                    "worker.failed",
                    Map.of("message", message, "retryable", outcome.retryable()),
                    outcome.changes()))
            : List.of());
  }

  private Duration retryAfter(AttemptScope scope, Outcome.Failed outcome, int failures) {
    Duration wait =
        outcome.retryable()
            ? backoff.after(failures)
            : backoff.around(scope.policy().resyncInterval());
    Duration asked = outcome.after();
    return asked != null && asked.compareTo(wait) > 0 ? asked : wait;
  }

  List<NewEvent> gone(Outcome.Gone outcome) {
    return List.of(new NewEvent("worker.gone", NewEvent.body(outcome.changes())));
  }

  private static List<NewEvent> syncedEvents(AttemptScope scope, List<Change> changes) {
    TaskStanding standing = scope.task().standing();
    if (standing.state() == TaskState.STEADY && changes.isEmpty()) {
      return List.of();
    }
    String kind = standing.findsDrift() ? "worker.drift" : "worker.synced";
    return List.of(new NewEvent(kind, NewEvent.body(changes)));
  }

  private static @Nullable Map<String, Object> details(
      AttemptScope scope, Map<String, @Nullable Object> recorded) {
    return merged(scope, without(ShadowReport.WOULD_WRITE, scope, recorded));
  }

  /** Returns the details after an attempt that saw nothing: the last report in shadow holds. */
  private static @Nullable Map<String, Object> unobserved(
      AttemptScope scope, Outcome.Deferred outcome) {
    return scope.policy().isShadow()
        ? merged(scope, outcome.details())
        : details(scope, outcome.details());
  }

  private static @Nullable Map<String, Object> merged(
      AttemptScope scope, Map<String, @Nullable Object> recorded) {
    return DetailsMerger.merge(scope.recorded(), recorded, scope.worker().secretDetails())
        .orElse(null);
  }

  /** What was counted for an older generation says nothing about this one. */
  private static RetryCount retries(WorkerTask task, Instant now) {
    RetryCount stored = task.retries();
    if (task.standing().unattempted()) {
      return new RetryCount(0, 0, now);
    }
    return stored.waitingSince() == null
        ? new RetryCount(stored.attempts(), stored.deferCount(), now)
        : stored;
  }

  private static boolean isNews(WorkerTask task, LastOutcome outcome, String reason) {
    return task.lastAttempt() == null || !task.lastAttempt().isSameEnd(outcome, reason);
  }
}
