package doni.task;

import doni.database.TimestampColumns;
import doni.secret.SecretEncryptor;
import doni.task.WorkerTask.TaskClaim;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.SqlParameterValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records how attempts ended.
 *
 * <p>An attempt ends in one statement, or one transaction, that locks the device's row first. A
 * concurrent change waits for it or is waited for; either way the task is due again at once when
 * the generation has moved, and no change is lost. The same statement releases the queue row, so
 * that both happen or neither.
 */
public final class WorkerTaskStore {

  private static final String[] NONE = {};

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;
  private final SecretEncryptor encryptor;
  private final JsonMapper json;

  public WorkerTaskStore(
      JdbcClient jdbc,
      TransactionOperations transactions,
      SecretEncryptor encryptor,
      JsonMapper json) {
    this.jdbc = jdbc;
    this.transactions = transactions;
    this.encryptor = encryptor;
    this.json = json;
  }

  /** Whether an attempt may write. */
  public enum ClaimStatus {
    /** It may. */
    HELD,
    /** It still has its task, but the device is quarantined. */
    QUARANTINED,
    /** Another replica has the task, or the task is gone. */
    LOST
  }

  /** Returns whether an attempt may write now, in one statement. */
  public ClaimStatus status(TaskClaim claim, WorkerTask task) {
    return statement(WorkerTaskSql.lane(claim.workerType()).claim(), claimed(claim, task).toArray())
        .query((row, _) -> row.getBoolean(1) ? ClaimStatus.QUARANTINED : ClaimStatus.HELD)
        .optional()
        .orElse(ClaimStatus.LOST);
  }

  /**
   * Records the details of an attempt that goes on; does nothing where its claim is lost.
   *
   * @param details all that the task has recorded from now on
   */
  public void announce(TaskClaim claim, WorkerTask task, Map<String, Object> details) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(encryptor.encryptDetails(claim.hardware(), claim.workerType(), details));
    values.addAll(claimed(claim, task));
    statement(WorkerTaskSql.lane(claim.workerType()).announce(), values.toArray()).update();
  }

  /** What tells the claim apart from every other one, in the order of the statements. */
  private static List<Object> claimed(TaskClaim claim, WorkerTask task) {
    return List.of(
        claim.hardware().value(),
        claim.workerType(),
        task.version(),
        claim.workerType(),
        claim.hardware().toString(),
        claim.version(),
        claim.holder());
  }

  /**
   * A text that may be null, with a type. The driver has a statement parsed and planned again when
   * the types of its parameters change, and a null has none; for a time, not even with a type.
   */
  private static SqlParameterValue text(@Nullable String value) {
    return new SqlParameterValue(Types.VARCHAR, value);
  }

  /** What recording an outcome led to. */
  public enum ReleaseResult {
    /** The task waits for its next attempt. */
    WAITING,
    /** The task is due at once, because the device changed during the attempt. */
    DUE,
    /** Nothing was written: the claim is lost, or the task is gone. */
    LOST
  }

  /** Records how an attempt ended, and releases the queue row. */
  public ReleaseResult finish(TaskClaim claim, WorkerTask task, TaskUpdate update) {
    List<@Nullable Object> values = new ArrayList<>();
    values.addAll(released(claim, task, update));
    values.addAll(finished(claim, task, update));
    values.addAll(recorded(claim, task, update));
    List<Boolean> moved =
        statement(WorkerTaskSql.lane(claim.workerType()).finish(), values.toArray())
            .query((row, _) -> row.getBoolean(1))
            .list();
    if (moved.isEmpty()) {
      handBack(claim);
      return ReleaseResult.LOST;
    }
    return moved.getFirst() ? ReleaseResult.DUE : ReleaseResult.WAITING;
  }

  private static List<Object> released(TaskClaim claim, WorkerTask task, TaskUpdate update) {
    return List.of(
        claim.hardware().value(),
        claim.workerType(),
        task.version(),
        update.attempt().at(),
        update.next(),
        task.generation().value(),
        claim.workerType(),
        claim.hardware().toString(),
        claim.version(),
        claim.holder(),
        update.milestones() != null,
        update.milestones() == null ? NONE : update.milestones().toArray(String[]::new));
  }

  private List<Object> finished(TaskClaim claim, WorkerTask task, TaskUpdate update) {
    boolean synced = update.attempt().outcome() == WorkerTask.LastOutcome.SYNCED;
    Instant waitingSince = update.retries().waitingSince();
    return List.of(
        text(encryptedDetails(claim, update)),
        task.generation().value(),
        synced,
        task.generation().value(),
        update.attempt().outcome().name(),
        text(update.attempt().reason()),
        text(update.attempt().blockedBy() == null ? null : update.attempt().blockedBy().name()),
        waitingSince != null,
        waitingSince == null ? update.attempt().at() : waitingSince,
        update.retries().attempts(),
        update.retries().deferCount(),
        update.attempt().at(),
        synced,
        update.attempt().at(),
        claim.hardware().value(),
        claim.workerType());
  }

  private List<Object> recorded(TaskClaim claim, WorkerTask task, TaskUpdate update) {
    boolean quiet =
        update.attempt().outcome() == WorkerTask.LastOutcome.SYNCED
            && update.details() == null
            && update.events().isEmpty();
    return List.of(
        update.attempt().at(),
        task.generation().value(),
        claim.workerType(),
        update.events().stream().map(TaskUpdate.NewEvent::kind).toArray(String[]::new),
        update.events().stream()
            .map(event -> json.writeValueAsString(event.body()))
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
      TaskClaim claim, WorkerTask task, Instant at, List<TaskUpdate.NewEvent> events) {
    boolean removed =
        Boolean.TRUE.equals(
            transactions.execute(status -> remove(claim, task, at, events, status)));
    if (!removed) {
      handBack(claim);
    }
    return removed;
  }

  private boolean remove(
      TaskClaim claim,
      WorkerTask task,
      Instant at,
      List<TaskUpdate.NewEvent> events,
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
    for (TaskUpdate.NewEvent event : events) {
      statement(
              WorkerTaskSql.NOTE,
              id,
              at,
              event.kind(),
              task.generation().value(),
              claim.workerType(),
              json.writeValueAsString(event.body()))
          .update();
    }
    statement(WorkerTaskSql.REMOVE_CLEAN_DEVICE, id).update();
    return true;
  }

  /**
   * Gives a task back as if it had not been picked; does nothing where another replica has taken it
   * over.
   */
  public void handBack(TaskClaim claim) {
    int released =
        statement(
                WorkerTaskSql.lane(claim.workerType()).handBack(),
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
            WorkerTaskSql.lane(claim.workerType()).dequeueGone(),
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
            WorkerTaskSql.lane(claim.workerType()).dequeue(),
            claim.workerType(),
            claim.hardware().toString(),
            claim.version(),
            claim.holder())
        .update();
  }

  private @Nullable String encryptedDetails(TaskClaim claim, TaskUpdate update) {
    return update.details() == null
        ? null
        : encryptor.encryptDetails(claim.hardware(), claim.workerType(), update.details());
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
