package doni.reconcile;

import doni.inventory.Finish;
import doni.inventory.Finish.Note;
import doni.inventory.Task;
import doni.inventory.Task.Ending;
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
final class Bookkeeping {

  /**
   * A lasting drift can touch many objects; the event names the first ones and how many there are.
   */
  private static final int NAMED = 50;

  private static final String QUARANTINED =
      "the device is in quarantine: nothing is written until it is released";

  private final BackOff backOff;

  Bookkeeping(BackOff backOff) {
    this.backOff = backOff;
  }

  Finish synced(Pass pass, Outcome.Synced outcome, Instant now) {
    return new Finish(
        Ending.SYNCED,
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
  Finish drifted(Pass pass, List<Change> changes, Instant now) {
    Map<String, Object> told = changes(changes);
    Map<String, Object> details = details(pass, Map.of(Pass.DRIFT, told));
    return new Finish(
        Ending.SYNCED,
        null,
        0,
        0,
        null,
        now,
        now.plus(backOff.around(pass.routine().resyncInterval())),
        details,
        details == null ? List.of() : List.of(new Note("worker.drift.reported", told)));
  }

  private static Map<String, @Nullable Object> withoutDrift(
      Pass pass, Map<String, @Nullable Object> details) {
    if (!pass.details().containsKey(Pass.DRIFT)) {
      return details;
    }
    Map<String, @Nullable Object> without = new LinkedHashMap<>(details);
    without.put(Pass.DRIFT, null);
    return without;
  }

  Finish deferred(Pass pass, Outcome.Deferred outcome, Instant now) {
    Task task = pass.task();
    int defers = (task.fresh() ? 0 : task.deferCount()) + 1;
    Duration wait = outcome.after() == null ? backOff.after(defers) : outcome.after();
    String reason = Classification.bounded(outcome.reason());
    return new Finish(
        Ending.DEFERRED,
        reason,
        attempts(task) + 1,
        defers,
        waitingSince(task, now),
        now,
        now.plus(wait),
        details(pass, outcome.details()),
        news(task, Ending.DEFERRED, reason)
            ? List.of(new Note("worker.deferred", Map.of("reason", reason)))
            : List.of());
  }

  /**
   * As {@link #deferred}, but nothing is counted, and no event: it is the lane that waits, not the
   * device.
   */
  Finish notSent(Pass pass, Outcome.Deferred outcome, Instant now) {
    Task task = pass.task();
    Finish counted = deferred(pass, outcome, now);
    Duration wait = outcome.after() == null ? Duration.ofSeconds(1) : outcome.after();
    return new Finish(
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
  Finish quarantined(Pass pass, List<Change> changes, Instant now) {
    Task task = pass.task();
    return new Finish(
        Ending.DEFERRED,
        QUARANTINED,
        attempts(task),
        task.fresh() ? 0 : task.deferCount(),
        waitingSince(task, now),
        now,
        now.plus(backOff.around(pass.routine().resyncInterval())),
        null,
        task.fresh() || news(task, Ending.DEFERRED, QUARANTINED)
            ? List.of(new Note("worker.quarantined", changes(changes)))
            : List.of());
  }

  Finish failed(Pass pass, Outcome.Failed outcome, Instant now) {
    Task task = pass.task();
    int attempts = attempts(task) + 1;
    int defers = task.fresh() ? 0 : task.deferCount();
    Duration wait =
        outcome.retryable()
            ? backOff.after(attempts - defers)
            : backOff.around(pass.routine().resyncInterval());
    if (outcome.after() != null && outcome.after().compareTo(wait) > 0) {
      wait = outcome.after();
    }
    String message = Classification.bounded(outcome.message());
    return new Finish(
        Ending.FAILED,
        message,
        attempts,
        defers,
        waitingSince(task, now),
        now,
        now.plus(wait),
        details(pass, outcome.details()),
        news(task, Ending.FAILED, message)
            ? List.of(
                new Note(
                    "worker.failed", Map.of("message", message, "retryable", outcome.retryable())))
            : List.of());
  }

  List<Note> gone(Outcome.Gone outcome) {
    return List.of(new Note("worker.gone", changes(outcome.changes())));
  }

  private static List<Note> syncedNotes(Pass pass, List<Change> changes) {
    if (pass.task().steady() && changes.isEmpty()) {
      return List.of();
    }
    String kind = pass.task().findsDrift() ? "worker.drift" : "worker.synced";
    return List.of(new Note(kind, changes(changes)));
  }

  static Map<String, Object> changes(List<Change> changes) {
    List<Map<String, Object>> named =
        changes.stream().limit(NAMED).map(Bookkeeping::change).toList();
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
      Pass pass, Map<String, @Nullable Object> news) {
    return Details.merge(pass.details(), news, pass.worker().secretDetails()).orElse(null);
  }

  /** What was counted for an older generation says nothing about this one. */
  private static int attempts(Task task) {
    return task.fresh() ? 0 : task.attempts();
  }

  private static Instant waitingSince(Task task, Instant now) {
    return task.fresh() || task.waitingSince() == null ? now : task.waitingSince();
  }

  private static boolean news(Task task, Ending ending, String reason) {
    return task.last() != ending || !Objects.equals(task.reason(), reason);
  }
}
