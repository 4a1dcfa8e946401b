package doni.task;

import java.util.Map;
import java.util.Optional;

/**
 * What a worker reports for a device, as clients see it.
 *
 * @param stateDetails what the worker recorded, and for a task that is not steady what it waits
 *     for, as {@link TaskStatusReader} says
 */
public record WorkerReport(String workerType, TaskState state, Map<String, Object> stateDetails) {

  static final String DEFER_REASON = "defer_reason";
  static final String LAST_ERROR = "last_error";

  /** Returns why the task is not steady: what it waits for, and its last error. */
  public Optional<String> whyNotSteady() {
    Object deferral = stateDetails.get(DEFER_REASON);
    Object error = stateDetails.get(LAST_ERROR);
    if (deferral != null && error != null) {
      return Optional.of(deferral + "; last error: " + error);
    }
    return Optional.ofNullable(deferral == null ? error : deferral).map(String::valueOf);
  }
}
