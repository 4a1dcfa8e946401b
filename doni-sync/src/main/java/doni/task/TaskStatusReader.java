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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Answers why a device is not steady, for every client: the API, and through it the commands and
 * the console. What a task waits for is, in this order: the pause of its lane, the running attempt,
 * its turn in the queue, or how its last attempt ended, a quarantine included. Details of a task
 * that is not steady say it in {@code defer_reason} or {@code last_error}, with {@code
 * waiting_since}, {@code attempts}, {@code defer_count} and {@code next_attempt_at}.
 */
@Component
public class TaskStatusReader {

  /** What {@link #row} reads of the view {@code worker_task_state}, as {@code t}. */
  public static final String COLUMNS =
      "t.worker_type, t.state, t.state_details::text as state_details, t.outcome, t.reason, t.waiting_since, t.attempts,"
          + " t.defer_count, t.next_attempt_at, t.unattempted";

  /** Why a task waits that no enabled worker has. */
  public static final String WORKER_NOT_ENABLED =
      "its worker is not enabled (doni.workers.enabled)";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+00:00'").withZone(ZoneOffset.UTC);

  private final HardwareTypes types;
  private final MaskedPropertyView view;
  private final LanePauseReader pauses;

  TaskStatusReader(HardwareTypes types, MaskedPropertyView view, LanePauseReader pauses) {
    this.types = types;
    this.view = view;
    this.pauses = pauses;
  }

  /**
   * A task as the view shows it.
   *
   * @param unattempted whether no attempt has worked on the newest generation yet
   */
  public record TaskStatusRow(
      String workerType,
      TaskState state,
      String details,
      @Nullable LastOutcome outcome,
      @Nullable String reason,
      @Nullable Instant waitingSince,
      int attempts,
      int deferCount,
      @Nullable Instant nextAttemptAt,
      boolean unattempted) {

    /** Returns what the view shows of a task that was just created. */
    static TaskStatusRow created(String workerType) {
      return new TaskStatusRow(
          workerType, TaskState.PENDING, "{}", null, null, null, 0, 0, null, true);
    }
  }

  public static TaskStatusRow row(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    return new TaskStatusRow(
        row.getString("worker_type"),
        TaskState.valueOf(row.getString("state")),
        row.getString("state_details"),
        outcome == null ? null : LastOutcome.valueOf(outcome),
        row.getString("reason"),
        TimestampColumns.nullableInstant(row, "waiting_since"),
        row.getInt("attempts"),
        row.getInt("defer_count"),
        TimestampColumns.nullableInstant(row, "next_attempt_at"),
        row.getBoolean("unattempted"));
  }

  /** Returns the reports of the enabled workers, in the order of the hardware type. */
  public List<WorkerReport> of(
      HardwareId id, String hardwareType, Instant requestedAt, List<TaskStatusRow> tasks) {
    List<WorkerReport> reports = new ArrayList<>(tasks.size());
    for (String worker : types.workersOf(hardwareType)) {
      for (TaskStatusRow task : tasks) {
        if (task.workerType().equals(worker)) {
          reports.add(report(id, task, requestedAt));
        }
      }
    }
    return reports;
  }

  /**
   * Returns what the reports of these tasks depend on besides them: which workers are shown, and
   * the pauses of their lanes.
   */
  public String circumstances(String hardwareType, List<TaskStatusRow> tasks) {
    StringBuilder text = new StringBuilder(types.workersOf(hardwareType).toString());
    for (TaskStatusRow task : tasks) {
      if (task.state() != TaskState.STEADY) {
        text.append(pauses.current().get(task.workerType()));
      }
    }
    return text.toString();
  }

  /**
   * Returns the reports of the tasks that are left of deleted hardware: those of enabled workers as
   * {@link #of} returns them, then those that keep the hardware although no enabled worker of its
   * type has them.
   */
  public List<WorkerReport> ofDeleted(
      HardwareId id, String hardwareType, Instant requestedAt, List<TaskStatusRow> tasks) {
    List<WorkerReport> reports = new ArrayList<>(of(id, hardwareType, requestedAt, tasks));
    List<String> serving = types.workersOf(hardwareType);
    for (TaskStatusRow task : tasks) {
      if (!serving.contains(task.workerType())) {
        reports.add(
            types.worker(task.workerType()) == null
                ? withoutWorker(task, requestedAt)
                : report(id, task, requestedAt));
      }
    }
    return reports;
  }

  /** What the worker recorded is left out: only it knows which of that is secret. */
  private static WorkerReport withoutWorker(TaskStatusRow task, Instant requestedAt) {
    Map<String, Object> details = new LinkedHashMap<>();
    waitsFor(details, WORKER_NOT_ENABLED, null);
    describeTries(details, task, requestedAt);
    return new WorkerReport(task.workerType(), TaskState.PENDING, details);
  }

  /** Returns the reports of tasks that were just created. */
  public List<WorkerReport> ofCreated(HardwareId id, String hardwareType, Instant requestedAt) {
    return types.workersOf(hardwareType).stream()
        .map(worker -> report(id, TaskStatusRow.created(worker), requestedAt))
        .toList();
  }

  private WorkerReport report(HardwareId id, TaskStatusRow task, Instant requestedAt) {
    Map<String, Object> details = view.details(id, task.workerType(), task.details());
    describe(
        details,
        task,
        task.state() == TaskState.STEADY ? null : pauses.current().get(task.workerType()),
        requestedAt);
    return new WorkerReport(task.workerType(), task.state(), details);
  }

  /**
   * Returns why a task is not steady, as its report says it.
   *
   * @param pause of its lane; null if that is not paused
   */
  static Optional<String> whyNotSteady(
      TaskStatusRow task, @Nullable LanePause pause, Instant requestedAt) {
    Map<String, Object> details = new LinkedHashMap<>();
    describe(details, task, pause, requestedAt);
    return new WorkerReport(task.workerType(), task.state(), details).whyNotSteady();
  }

  private static void describe(
      Map<String, Object> details,
      TaskStatusRow task,
      @Nullable LanePause pause,
      Instant requestedAt) {
    if (pause != null) {
      waitsFor(details, pause.reason(), pause.until());
    } else if (task.state() == TaskState.IN_PROGRESS) {
      waitsFor(details, "attempt running", null);
    } else if (task.unattempted()) {
      waitsFor(details, "queued", requestedAt);
    } else if (task.outcome() == LastOutcome.DEFERRED) {
      waitsFor(details, task.reason(), task.nextAttemptAt());
    } else if (task.state() == TaskState.ERROR) {
      waitsFor(details, null, task.nextAttemptAt());
    }
    if (task.state() != TaskState.STEADY) {
      describeTries(details, task, requestedAt);
    }
  }

  private static void waitsFor(
      Map<String, Object> details, @Nullable String reason, @Nullable Instant nextAttempt) {
    put(details, WorkerReport.DEFER_REASON, reason);
    put(details, "next_attempt_at", nextAttempt);
  }

  private static void describeTries(
      Map<String, Object> details, TaskStatusRow task, Instant requestedAt) {
    if (task.outcome() == LastOutcome.FAILED) {
      put(details, WorkerReport.LAST_ERROR, task.reason());
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
