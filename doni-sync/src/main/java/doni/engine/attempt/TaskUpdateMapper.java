package doni.engine.attempt;

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
 * What is recorded of an outcome: counts, the next look, and the events that are worth one. Pure.
 *
 * <p>An attempt that finds what the one before it found leaves no event, however often it is made.
 */
public final class TaskUpdateMapper {

  /**
   * A lasting drift can touch many objects; the event names the first ones and how many there are.
   */
  private static final int NAMED = 50;

  private static final String QUARANTINED =
      "the device is in quarantine: nothing is written until it is released";

  private final RetryBackoff backOff;

  TaskUpdateMapper(RetryBackoff backOff) {
    this.backOff = backOff;
  }

  TaskUpdate synced(ClaimedTask pass, Outcome.Synced outcome, Instant now) {
    return new TaskUpdate(
        LastOutcome.SYNCED,
        null,
        0,
        0,
        null,
        now,
        now.plus(backOff.around(pass.routine().resyncInterval())),
        details(pass, withoutDrift(pass, outcome.details())),
        syncedNotes(pass, outcome.changes()));
  }

  /** Drift that is left alone: told once, as long as it stays the same. */
  TaskUpdate drifted(ClaimedTask pass, List<Change> changes, Instant now) {
    Map<String, Object> told = changes(changes);
    Map<String, Object> details = details(pass, Map.of(ClaimedTask.DRIFT, told));
    return new TaskUpdate(
        LastOutcome.SYNCED,
        null,
        0,
        0,
        null,
        now,
        now.plus(backOff.around(pass.routine().resyncInterval())),
        details,
        details == null ? List.of() : List.of(new NewEvent("worker.drift.reported", told)));
  }

  private static Map<String, @Nullable Object> withoutDrift(
      ClaimedTask pass, Map<String, @Nullable Object> details) {
    if (!pass.details().containsKey(ClaimedTask.DRIFT)) {
      return details;
    }
    Map<String, @Nullable Object> without = new LinkedHashMap<>(details);
    without.put(ClaimedTask.DRIFT, null);
    return without;
  }

  TaskUpdate deferred(ClaimedTask pass, Outcome.Deferred outcome, Instant now) {
    WorkerTask task = pass.task();
    int defers = (task.fresh() ? 0 : task.deferCount()) + 1;
    Duration wait = outcome.after() == null ? backOff.after(defers) : outcome.after();
    String reason = FailureClassifier.bounded(outcome.reason());
    return new TaskUpdate(
        LastOutcome.DEFERRED,
        reason,
        attempts(task) + 1,
        defers,
        waitingSince(task, now),
        now,
        now.plus(wait),
        details(pass, outcome.details()),
        news(task, LastOutcome.DEFERRED, reason)
            ? List.of(new NewEvent("worker.deferred", Map.of("reason", reason)))
            : List.of());
  }

  /**
   * As {@link #deferred}, but nothing is counted, and no event: it is the lane that waits, not the
   * device.
   */
  TaskUpdate notSent(ClaimedTask pass, Outcome.Deferred outcome, Instant now) {
    WorkerTask task = pass.task();
    TaskUpdate counted = deferred(pass, outcome, now);
    Duration wait = outcome.after() == null ? Duration.ofSeconds(1) : outcome.after();
    return new TaskUpdate(
        counted.ending(),
        counted.reason(),
        attempts(task),
        task.fresh() ? 0 : task.deferCount(),
        counted.waitingSince(),
        now,
        now.plus(wait),
        counted.details(),
        List.of());
  }

  /**
   * What is asked for and must wait for the end of a quarantine: nothing is counted, and it is told
   * once.
   */
  TaskUpdate quarantined(ClaimedTask pass, List<Change> changes, Instant now) {
    WorkerTask task = pass.task();
    return new TaskUpdate(
        LastOutcome.DEFERRED,
        QUARANTINED,
        attempts(task),
        task.fresh() ? 0 : task.deferCount(),
        waitingSince(task, now),
        now,
        now.plus(backOff.around(pass.routine().resyncInterval())),
        null,
        task.fresh() || news(task, LastOutcome.DEFERRED, QUARANTINED)
            ? List.of(new NewEvent("worker.quarantined", changes(changes)))
            : List.of());
  }

  TaskUpdate failed(ClaimedTask pass, Outcome.Failed outcome, Instant now) {
    WorkerTask task = pass.task();
    int attempts = attempts(task) + 1;
    int defers = task.fresh() ? 0 : task.deferCount();
    Duration wait =
        outcome.retryable()
            ? backOff.after(attempts - defers)
            : backOff.around(pass.routine().resyncInterval());
    if (outcome.after() != null && outcome.after().compareTo(wait) > 0) {
      wait = outcome.after();
    }
    String message = FailureClassifier.bounded(outcome.message());
    return new TaskUpdate(
        LastOutcome.FAILED,
        message,
        attempts,
        defers,
        waitingSince(task, now),
        now,
        now.plus(wait),
        details(pass, outcome.details()),
        news(task, LastOutcome.FAILED, message)
            ? List.of(
                new NewEvent(
                    "worker.failed", Map.of("message", message, "retryable", outcome.retryable())))
            : List.of());
  }

  List<NewEvent> gone(Outcome.Gone outcome) {
    return List.of(new NewEvent("worker.gone", changes(outcome.changes())));
  }

  private static List<NewEvent> syncedNotes(ClaimedTask pass, List<Change> changes) {
    if (pass.task().steady() && changes.isEmpty()) {
      return List.of();
    }
    String kind = pass.task().findsDrift() ? "worker.drift" : "worker.synced";
    return List.of(new NewEvent(kind, changes(changes)));
  }

  public static Map<String, Object> changes(List<Change> changes) {
    List<Map<String, Object>> named =
        changes.stream().limit(NAMED).map(TaskUpdateMapper::change).toList();
    return changes.size() <= NAMED
        ? Map.of("changes", named)
        : Map.of("changes", named, "total", changes.size());
  }

  private static Map<String, Object> change(Change change) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("action", change.action().name());
    body.put("object", change.object());
    if (change.from() != null) {
      body.put("from", change.from());
    }
    if (change.to() != null) {
      body.put("to", change.to());
    }
    return body;
  }

  private static @Nullable Map<String, Object> details(
      ClaimedTask pass, Map<String, @Nullable Object> news) {
    return DetailsMerger.merge(pass.details(), news, pass.worker().secretDetails()).orElse(null);
  }

  /** What was counted for an older generation says nothing about this one. */
  private static int attempts(WorkerTask task) {
    return task.fresh() ? 0 : task.attempts();
  }

  private static Instant waitingSince(WorkerTask task, Instant now) {
    return task.fresh() || task.waitingSince() == null ? now : task.waitingSince();
  }

  private static boolean news(WorkerTask task, LastOutcome ending, String reason) {
    return task.last() != ending || !Objects.equals(task.reason(), reason);
  }
}
