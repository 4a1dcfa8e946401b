package doni.task;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.secret.SecretEncryptor;
import doni.task.TaskUpdate.NewEvent;
import doni.task.WorkerTask.EncryptedTask;
import doni.task.WorkerTask.TaskClaim;
import doni.worker.Change;
import java.sql.Types;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hands on what an attempt may have written whose claim was lost: to the task's next attempt, or,
 * where the task is gone, to a leftover.
 *
 * <p>The task's version is raised, so an attempt that runs at another replica loses its claim as
 * well: it may have observed the backend before the write arrived there.
 */
public final class LostAttemptStore {

  private static final String LOCK =
      """
      select t.state_details::text from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = ? and t.worker_type = ? for no key update of h
      """;

  private static final String LEAVE =
      """
      insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
        state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
      values (:deletion, :uuid, :worker, :name, :project, :type, :properties::jsonb, :details::jsonb,
        coalesce(:windows::jsonb, '[]'), :generation, :now, :now,
        coalesce((select e.user_id from event e where e.hardware_uuid = :uuid
          and e.kind in ('hardware.deleted', 'hardware.force_deleted') order by e.id desc limit 1), 'doni'), :now)
      """;

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final SecretEncryptor encryptor;
  private final JsonMapper json;
  private final Clock clock;

  public LostAttemptStore(
      JdbcClient jdbc,
      TransactionOperations transactions,
      SecretEncryptor encryptor,
      JsonMapper json,
      Clock clock) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.encryptor = encryptor;
    this.json = json;
    this.clock = clock;
  }

  /** Who takes care of what a lost attempt may have written. */
  public enum Heir {
    /** The task's next attempt, which is due now. */
    TASK,
    /** A leftover, because the task is gone. */
    LEFTOVER
  }

  /**
   * What an attempt may have written.
   *
   * @param details that it would have recorded
   * @param changes that the backend has confirmed; one more may have been in flight
   */
  public record LostWrites(Map<String, Object> details, List<Change> changes) {
    public LostWrites {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Hands the writes on.
   *
   * @param task as the lost attempt read it
   * @param merged returns what the task records from now on, given what it has recorded
   */
  public Heir handOn(
      TaskClaim claim,
      WorkerTask task,
      LostWrites writes,
      UnaryOperator<Map<String, Object>> merged) {
    return Objects.requireNonNull(
        transactions.execute(_ -> {
          Optional<String> recorded = recorded(claim.hardware(), claim.workerType());
          if (recorded.isPresent()) {
            Map<String, Object> before =
                encryptor.decryptDetails(claim.hardware(), claim.workerType(), recorded.get());
            reopen(claim.hardware(), claim.workerType(), merged.apply(before));
          } else {
            leave(claim, task, writes.details());
          }
          Heir heir = recorded.isPresent() ? Heir.TASK : Heir.LEFTOVER;
          note(claim, task, writes, heir);
          return heir;
        }));
  }

  /** Makes a task due for a thorough observation; does nothing where there is none. */
  public void reopen(HardwareId id, String workerType) {
    transactions.executeWithoutResult(_ -> {
      if (recorded(id, workerType).isPresent()) {
        reopen(id, workerType, null);
      }
    });
  }

  private Optional<String> recorded(HardwareId id, String workerType) {
    return jdbc.sql(LOCK).param(id.value()).param(workerType).query(String.class).optional();
  }

  private void reopen(HardwareId id, String workerType, @Nullable Map<String, Object> details) {
    jdbc.sql(WorkerTaskSql.reopen(workerType))
        .param(
            "details",
            details == null ? null : encryptor.encryptDetails(id, workerType, details),
            Types.VARCHAR)
        .param("now", now())
        .param("uuid", id.value())
        .param("instance", id.toString())
        .param("worker", workerType)
        .update();
  }

  private void leave(TaskClaim claim, WorkerTask task, Map<String, Object> details) {
    EncryptedTask stored = task.encrypted();
    jdbc.sql(LEAVE)
        .param("deletion", UUID.randomUUID())
        .param("uuid", claim.hardware().value())
        .param("worker", claim.workerType())
        .param("name", stored.name())
        .param("project", stored.projectId())
        .param("type", stored.hardwareType())
        .param("properties", stored.properties())
        .param("details", encryptor.encryptDetails(claim.hardware(), claim.workerType(), details))
        .param("windows", stored.windows(), Types.VARCHAR)
        .param("generation", task.generation().value())
        .param("now", now())
        .update();
  }

  private void note(TaskClaim claim, WorkerTask task, LostWrites writes, Heir heir) {
    Map<String, Object> body = new LinkedHashMap<>(NewEvent.body(writes.changes()));
    body.put("handed_to", heir == Heir.TASK ? "task" : "leftover");
    jdbc.sql(WorkerTaskSql.NOTE)
        .param(claim.hardware().value())
        .param(now())
        .param("worker.lost")
        .param(task.generation().value())
        .param(claim.workerType())
        .param(json.writeValueAsString(body))
        .update();
  }

  private OffsetDateTime now() {
    return TimestampColumns.timestamp(clock.instant());
  }
}
