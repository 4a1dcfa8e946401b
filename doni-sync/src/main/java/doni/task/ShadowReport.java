package doni.task;

import doni.task.TaskUpdate.NewEvent;
import doni.worker.Change;
import doni.worker.Change.Action;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a lane in shadow reports that it would write, as the recorded details of a task hold it: the
 * number of changes of each kind, and the changes.
 */
public final class ShadowReport {

  /** Key of the details that hold the report. */
  public static final String WOULD_WRITE = "would_write";

  /** Selects, by worker type, how many tasks have a report, and the changes of each kind. */
  public static final String COUNTS =
      """
      select worker_type, count(*) as tasks,
        sum((state_details -> 'would_write' ->> 'create')::bigint) as "create",
        sum((state_details -> 'would_write' ->> 'update')::bigint) as "update",
        sum((state_details -> 'would_write' ->> 'delete')::bigint) as "delete"
      from worker_task where outcome = 'DEFERRED' and jsonb_exists(state_details, 'would_write')
      group by worker_type order by worker_type
      """;

  private ShadowReport() {}

  /** Returns the name of a kind of change, as reports and metrics have it. */
  public static String kind(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  /** Returns what is recorded and what the event says. */
  public static Map<String, Object> body(List<Change> changes) {
    Map<String, Object> body = new LinkedHashMap<>();
    for (Action action : Action.values()) {
      body.put(kind(action), count(changes, action));
    }
    body.putAll(NewEvent.body(changes));
    return body;
  }

  private static int count(List<Change> changes, Action action) {
    return (int) changes.stream().filter(change -> change.action() == action).count();
  }

  /** Returns why the task waits, for the device's owner to read. */
  public static String reason(String workerType, List<Change> changes) {
    List<String> counts = new ArrayList<>();
    for (Action action : Action.values()) {
      int count = count(changes, action);
      if (count > 0) {
        counts.add(kind(action) + " " + count);
      }
    }
    return "shadow: would %s; to write, set doni.sync.lanes.%s.drift to enforce"
        .formatted(counts.isEmpty() ? "write" : String.join(", ", counts), workerType);
  }
}
