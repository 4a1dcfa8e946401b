package doni.task;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.hardwaretype.HardwareTypes;
import doni.secret.MaskedPropertyView;
import doni.task.WorkerTask.LastOutcome;
import doni.worker.LanePause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Derives what clients see of the worker tasks. A task that is not steady says in its details what
 * it waits for ({@code defer_reason} or {@code last_error}), since when ({@code waiting_since}),
 * how often it was tried ({@code attempts}, {@code defer_count}) and when it is tried next ({@code
 * next_attempt_at}).
 */
@Component
public class TaskStatusReader {

  /** What {@link #row} reads of the view {@code worker_task_state}, as {@code t}. */
  public static final String COLUMNS =
      "t.worker_type, t.state, t.state_details::text as state_details, t.outcome, t.reason, t.waiting_since, t.attempts,"
          + " t.defer_count, t.next_attempt_at, t.served_generation < t.generation as requested";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  private final HardwareTypes types;
  private final MaskedPropertyView view;
  private final LanePauseReader pauses;

  TaskStatusReader(HardwareTypes types, MaskedPropertyView view, LanePauseReader holds) {
    this.types = types;
    this.view = view;
    this.pauses = holds;
  }

  /**
   * @param requested whether no attempt has worked on the newest generation yet
   */
  public record Row(
      String workerType,
      TaskState state,
      String details,
      @Nullable String outcome,
      @Nullable String reason,
      @Nullable Instant waitingSince,
      int attempts,
      int deferCount,
      @Nullable Instant nextAttemptAt,
      boolean requested) {}

  public static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getString("worker_type"),
        TaskState.valueOf(row.getString("state")),
        row.getString("state_details"),
        row.getString("outcome"),
        row.getString("reason"),
        TimestampColumns.nullableInstant(row, "waiting_since"),
        row.getInt("attempts"),
        row.getInt("defer_count"),
        TimestampColumns.nullableInstant(row, "next_attempt_at"),
        row.getBoolean("requested"));
  }

  /** Returns the reports of the enabled workers, in the order of the hardware type. */
  public List<WorkerReport> of(
      HardwareId id, String hardwareType, Instant requestedAt, List<Row> tasks) {
    List<WorkerReport> reports = new ArrayList<>(tasks.size());
    for (String worker : types.workersOf(hardwareType)) {
      for (Row task : tasks) {
        if (task.workerType().equals(worker)) {
          reports.add(report(id, task, requestedAt));
        }
      }
    }
    return reports;
  }

  /** Returns the reports of tasks that were just created. */
  public List<WorkerReport> fresh(HardwareId id, String hardwareType, Instant requestedAt) {
    return types.workersOf(hardwareType).stream()
        .map(worker -> new Row(worker, TaskState.PENDING, "{}", null, null, null, 0, 0, null, true))
        .map(task -> report(id, task, requestedAt))
        .toList();
  }

  private WorkerReport report(HardwareId id, Row task, Instant requestedAt) {
    Map<String, Object> details = view.details(id, task.workerType(), task.details());
    LanePause hold =
        task.state() == TaskState.STEADY ? null : pauses.current().get(task.workerType());
    if (hold != null) {
      details.put("defer_reason", hold.reason());
      put(details, "next_attempt_at", hold.until());
    } else if (task.state() == TaskState.IN_PROGRESS) {
      details.put("defer_reason", "attempt running");
    } else if (task.requested()) {
      details.put("defer_reason", "queued");
      put(details, "next_attempt_at", requestedAt);
    } else if (LastOutcome.DEFERRED.name().equals(task.outcome())) {
      put(details, "defer_reason", task.reason());
      put(details, "next_attempt_at", task.nextAttemptAt());
    } else {
      put(
          details,
          "next_attempt_at",
          task.state() == TaskState.ERROR ? task.nextAttemptAt() : null);
    }
    if (task.state() != TaskState.STEADY) {
      describeTries(details, task, requestedAt);
    }
    return new WorkerReport(task.workerType(), task.state(), details);
  }

  private static void describeTries(Map<String, Object> details, Row task, Instant requestedAt) {
    if (LastOutcome.FAILED.name().equals(task.outcome())) {
      put(details, "last_error", task.reason());
    }
    if (task.deferCount() > 0) {
      details.put("defer_count", task.deferCount());
    }
    details.put("attempts", task.attempts());
    put(details, "waiting_since", task.waitingSince() == null ? requestedAt : task.waitingSince());
  }

  private static void put(Map<String, Object> details, String key, @Nullable Object value) {
    if (value != null) {
      details.put(key, value instanceof Instant instant ? TIME.format(instant) : value);
    }
  }
}
