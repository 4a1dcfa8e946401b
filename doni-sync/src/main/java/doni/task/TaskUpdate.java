package doni.task;

import doni.task.WorkerTask.LastAttempt;
import doni.task.WorkerTask.RetryCount;
import doni.worker.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is stored when an attempt ends and its task goes on.
 *
 * @param attempt how it ended
 * @param next time of the next attempt, unless the generation has moved
 * @param details the recorded details from now on; null when they are unchanged
 * @param events events to record
 * @param milestones the names of all milestones that the device has reached; null when they are
 *     unchanged
 */
public record TaskUpdate(
    LastAttempt attempt,
    RetryCount retries,
    Instant next,
    @Nullable Map<String, Object> details,
    List<NewEvent> events,
    @Nullable List<String> milestones) {

  public TaskUpdate {
    events = List.copyOf(events);
    milestones = milestones == null ? null : List.copyOf(milestones);
  }

  /** Creates an update that leaves the milestones as they are. */
  public TaskUpdate(
      LastAttempt attempt,
      RetryCount retries,
      Instant next,
      @Nullable Map<String, Object> details,
      List<NewEvent> events) {
    this(attempt, retries, next, details, events, null);
  }

  /** Returns this update with milestones, and with an event for each that was reached or lost. */
  public TaskUpdate withMilestones(List<String> before, List<String> reached) {
    List<NewEvent> all = new ArrayList<>(events);
    before.stream()
        .filter(name -> !reached.contains(name))
        .forEach(name -> all.add(NewEvent.milestone("device.milestone.lost", name)));
    reached.stream()
        .filter(name -> !before.contains(name))
        .forEach(name -> all.add(NewEvent.milestone("device.milestone.reached", name)));
    return new TaskUpdate(attempt, retries, next, details, all, reached);
  }

  /** An event to record; the body is without secrets. */
  public record NewEvent(String kind, Map<String, Object> body) {

    /** A drift can touch many objects; the event names the first ones and how many there are. */
    private static final int MAX_NAMED_CHANGES = 50;

    /** Returns an event whose body also names what was changed, if anything was. */
    public static NewEvent of(String kind, Map<String, Object> body, List<Change> changes) {
      if (changes.isEmpty()) {
        return new NewEvent(kind, body);
      }
      Map<String, Object> whole = new LinkedHashMap<>(body);
      whole.putAll(body(changes));
      return new NewEvent(kind, whole);
    }

    private static NewEvent milestone(String kind, String name) {
      return new NewEvent(kind, Map.of("milestone", name));
    }

    /** Returns the body that names what was changed, from what to what. */
    public static Map<String, Object> body(List<Change> changes) {
      List<Map<String, Object>> named =
          changes.stream().limit(MAX_NAMED_CHANGES).map(NewEvent::body).toList();
      return changes.size() <= MAX_NAMED_CHANGES
          ? Map.of("changes", named)
          : Map.of("changes", named, "total", changes.size());
    }

    private static Map<String, Object> body(Change change) {
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
  }
}
