package doni.task;

import doni.database.TimestampColumns;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.secret.SecretEncryptor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what an attempt works on, and records how it ended.
 *
 * <p>An attempt ends in one statement, or one transaction, that locks the device's row first. A
 * concurrent change waits for it or is waited for; either way the task is due again at once when
 * the generation has moved, and no change is lost. The same statement releases the queue row, so
 * that both happen or neither.
 */
public final class WorkerTaskStore {

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final SecretEncryptor sealer;
  private final JsonMapper json;

  public WorkerTaskStore(
      JdbcClient jdbc,
      TransactionOperations transactions,
      SecretEncryptor sealer,
      JsonMapper json) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.sealer = sealer;
    this.json = json;
  }

  /**
   * Reads a task with its device in one statement, hence from one moment; empty when it is gone.
   *
   * @param followed the types of the workers whose reports are read too
   */
  public Optional<WorkerTask> read(TaskClaim claim, Collection<String> followed) {
    return read(claim.hardware(), claim.workerType(), followed);
  }

  /** As {@link #read(Claim, Collection)}, for a plan that does not claim the task. */
  public Optional<WorkerTask> read(HardwareId id, String workerType, Collection<String> followed) {
    return statement(WorkerTaskSql.READ, followed.toArray(String[]::new), id.value(), workerType)
        .query((row, _) -> task(row))
        .optional();
  }

  /**
   * Decrypts what the worker is given.
   *
   * @throws RuntimeException when a value cannot be decrypted
   */
  public DecryptedTask open(TaskClaim claim, WorkerTask task) {
    return open(claim.hardware(), claim.workerType(), task);
  }

  /** As {@link #open(Claim, Task)}, for a plan that does not claim the task. */
  public DecryptedTask open(HardwareId id, String workerType, WorkerTask task) {
    WorkerTask.EncryptedTask row = task.encrypted();
    Hardware device =
        new Hardware(
            id,
            row.name(),
            row.projectId(),
            row.hardwareType(),
            sealer.openProperties(id, row.properties()),
            StateDetailsReader.windows(json, row.windows()),
            task.generation(),
            task.deleted());
    return new DecryptedTask(
        device,
        sealer.openDetails(id, workerType, row.details()),
        StateDetailsReader.followed(json, row.followed()));
  }

  /**
   * Returns whether a device is quarantined now. Checked right before the first write, so that a
   * quarantine also holds for an attempt that started before it.
   */
  public boolean isQuarantined(HardwareId id) {
    return statement(
            "select 1 from hardware where uuid = ? and quarantined_at is not null", id.value())
        .query(Integer.class)
        .optional()
        .isPresent();
  }

  /** What recording an outcome led to. */
  public enum Release {
    /** The task waits for its next attempt. */
    WAITING,
    /** The task is due at once, because the device changed during the attempt. */
    DUE,
    /** Nothing was written: the claim is lost, or the task is gone. */
    LOST
  }

  /** Records how an attempt ended, and releases the queue row. */
  public Release finish(TaskClaim claim, WorkerTask task, TaskUpdate finish) {
    List<@Nullable Object> values = new ArrayList<>();
    values.addAll(released(claim, task, finish));
    values.addAll(finished(claim, task, finish));
    values.addAll(noted(claim, task, finish));
    List<Boolean> moved =
        statement(WorkerTaskSql.finish(claim.workerType()), values.toArray())
            .query((row, _) -> row.getBoolean(1))
            .list();
    if (moved.isEmpty()) {
      discardGone(claim);
      return Release.LOST;
    }
    return moved.getFirst() ? Release.DUE : Release.WAITING;
  }

  private static List<Object> released(TaskClaim claim, WorkerTask task, TaskUpdate finish) {
    return List.of(
        claim.hardware().value(),
        claim.workerType(),
        task.version(),
        finish.at(),
        finish.next(),
        task.generation().value(),
        claim.workerType(),
        claim.hardware().toString(),
        claim.version(),
        claim.holder());
  }

  private List<@Nullable Object> finished(TaskClaim claim, WorkerTask task, TaskUpdate finish) {
    boolean synced = finish.outcome() == WorkerTask.LastOutcome.SYNCED;
    return Arrays.asList(
        sealed(claim, finish),
        task.generation().value(),
        synced ? task.generation().value() : task.synced().value(),
        finish.outcome().name(),
        finish.reason(),
        finish.waitingSince(),
        finish.attempts(),
        finish.deferCount(),
        finish.at(),
        synced ? finish.at() : null,
        claim.hardware().value(),
        claim.workerType());
  }

  private List<Object> noted(TaskClaim claim, WorkerTask task, TaskUpdate finish) {
    boolean quiet =
        finish.outcome() == WorkerTask.LastOutcome.SYNCED
            && finish.details() == null
            && finish.events().isEmpty();
    return List.of(
        finish.at(),
        task.generation().value(),
        claim.workerType(),
        finish.events().stream().map(TaskUpdate.NewEvent::kind).toArray(String[]::new),
        finish.events().stream()
            .map(note -> json.writeValueAsString(note.body()))
            .toArray(String[]::new),
        quiet);
  }

  /**
   * Removes the task of a deleted device that is cleaned up; with a device's last task the device
   * goes too, and only its events stay.
   *
   * @return false when nothing was written, because the claim is lost
   */
  public boolean remove(
      TaskClaim claim, WorkerTask task, Instant at, List<TaskUpdate.NewEvent> notes) {
    boolean removed =
        Boolean.TRUE.equals(transactions.execute(status -> remove(claim, task, at, notes, status)));
    if (!removed) {
      discardGone(claim);
    }
    return removed;
  }

  private boolean remove(
      TaskClaim claim,
      WorkerTask task,
      Instant at,
      List<TaskUpdate.NewEvent> notes,
      TransactionStatus status) {
    UUID id = claim.hardware().value();
    // Two workers that finish with a device at the same time take turns here, so that the second
    // sees that it is the last.
    statement(WorkerTaskSql.LOCK_DEVICE, id).query(Long.class).optional();
    if (dequeue(claim) == 0
        || statement(WorkerTaskSql.REMOVE, id, claim.workerType(), task.version()).update() == 0) {
      status.setRollbackOnly();
      return false;
    }
    for (TaskUpdate.NewEvent note : notes) {
      statement(
              WorkerTaskSql.NOTE,
              id,
              at,
              note.kind(),
              task.generation().value(),
              claim.workerType(),
              json.writeValueAsString(note.body()))
          .update();
    }
    statement(WorkerTaskSql.REMOVE_CLEAN_DEVICE, id).update();
    return true;
  }

  /** Gives a task back as if it had not been picked. */
  public void handBack(TaskClaim claim) {
    int released =
        statement(
                WorkerTaskSql.handBack(claim.workerType()),
                claim.hardware().value(),
                claim.workerType(),
                claim.workerType(),
                claim.hardware().toString(),
                claim.version(),
                claim.holder())
            .update();
    if (released == 0) {
      discardGone(claim);
    }
  }

  /**
   * Ends the claim of a task that was removed during its attempt, so that its cleanup need not wait
   * for it.
   */
  private void discardGone(TaskClaim claim) {
    statement(
            WorkerTaskSql.dequeueGone(claim.workerType()),
            claim.workerType(),
            claim.hardware().toString(),
            claim.version(),
            claim.holder(),
            claim.hardware().value(),
            claim.workerType())
        .update();
  }

  /** Removes a queue row that belongs to no task. */
  public void discard(TaskClaim claim) {
    dequeue(claim);
  }

  private int dequeue(TaskClaim claim) {
    return statement(
            WorkerTaskSql.dequeue(claim.workerType()),
            claim.workerType(),
            claim.hardware().toString(),
            claim.version(),
            claim.holder())
        .update();
  }

  private @Nullable String sealed(TaskClaim claim, TaskUpdate finish) {
    return finish.details() == null
        ? null
        : sealer.sealDetails(claim.hardware(), claim.workerType(), finish.details());
  }

  private static WorkerTask task(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    UUID namesake = row.getObject("namesake", UUID.class);
    return new WorkerTask(
        new Generation(row.getLong("generation")),
        row.getBoolean("deleted"),
        new Generation(row.getLong("served_generation")),
        new Generation(row.getLong("synced_generation")),
        outcome == null ? null : WorkerTask.LastOutcome.valueOf(outcome),
        row.getString("reason"),
        TimestampColumns.nullableInstant(row, "waiting_since"),
        row.getInt("attempts"),
        row.getInt("defer_count"),
        TimestampColumns.nullableInstant(row, "last_attempt_at"),
        row.getLong("version"),
        namesake == null ? null : new HardwareId(namesake),
        row.getBoolean("swept"),
        new WorkerTask.EncryptedTask(
            row.getString("name"),
            row.getString("project_id"),
            row.getString("hardware_type"),
            row.getString("properties"),
            row.getString("windows"),
            row.getString("state_details"),
            row.getString("followed")));
  }

  private JdbcClient.StatementSpec statement(String sql, @Nullable Object... values) {
    JdbcClient.StatementSpec statement = jdbc.sql(sql);
    for (Object value : values) {
      statement =
          statement.param(
              value instanceof Instant instant ? TimestampColumns.timestamp(instant) : value);
    }
    return statement;
  }
}
