package doni.task;

import doni.task.WorkerTask.LastAttempt;
import doni.task.WorkerTask.RetryCount;
import doni.worker.Change;
import java.time.Instant;
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
 */
public record TaskUpdate(
    LastAttempt attempt,
    RetryCount retries,
    Instant next,
    @Nullable Map<String, Object> details,
    List<NewEvent> events) {

  public TaskUpdate {
    events = List.copyOf(events);
  }

  /** An event to record; the body is without secrets. */
  public record NewEvent(String kind, Map<String, Object> body) {

    /** A drift can touch many objects; the event names the first ones and how many there are. */
    private static final int MAX_NAMED_CHANGES = 50;

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
