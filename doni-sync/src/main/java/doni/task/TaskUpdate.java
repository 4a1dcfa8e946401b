package doni.task;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded when an attempt ends and its task goes on.
 *
 * @param reason for a deferral or a failure, for the device's owner to read
 * @param attempts see {@link WorkerTask#attempts}; the new count
 * @param next when the device is looked at again, unless its generation has moved
 * @param details what the worker reports from now on; null when that is unchanged
 * @param notes events to record
 */
public record TaskUpdate(
    WorkerTask.LastOutcome ending,
    @Nullable String reason,
    int attempts,
    int deferCount,
    @Nullable Instant waitingSince,
    Instant at,
    Instant next,
    @Nullable Map<String, Object> details,
    List<NewEvent> notes) {

  public TaskUpdate {
    notes = List.copyOf(notes);
  }

  /** An event in the making; the body is without secrets. */
  public record NewEvent(String kind, Map<String, Object> body) {}
}
