package doni.inventory;

import doni.device.Device;
import doni.device.Generation;
import doni.device.HardwareId;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.PreparedStatementSetter;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/**
 * The engine's side of the inventory: reads what an attempt works on, and writes how it ended.
 *
 * <p>An attempt ends in one statement, or one transaction, that locks the device's row first. So a
 * change that is being made waits for it, or is waited for; either way the task is due again at
 * once when the generation has moved, and no change is lost. The same statement gives the queue row
 * back, so there is no moment at which one is done and the other is not.
 */
public final class TaskStore {

  private final JdbcTemplate jdbc;
  private final TransactionOperations transactions;
  private final Sealer sealer;
  private final JsonMapper json;

  public TaskStore(
      JdbcTemplate jdbc, TransactionOperations transactions, Sealer sealer, JsonMapper json) {
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
  public Optional<Task> read(Claim claim, Collection<String> followed) {
    return read(claim.hardware(), claim.workerType(), followed);
  }

  /** As {@link #read(Claim, Collection)}, for somebody who only wants to look. */
  public Optional<Task> read(HardwareId id, String workerType, Collection<String> followed) {
    List<Task> found =
        jdbc.query(
            TaskSql.READ,
            parameters(followed.toArray(String[]::new), id.value(), workerType),
            (row, _) -> task(row));
    return found.stream().findFirst();
  }

  /**
   * What the worker is given.
   *
   * @throws RuntimeException when a value cannot be decrypted
   */
  public Subject open(Claim claim, Task task) {
    return open(claim.hardware(), claim.workerType(), task);
  }

  /** As {@link #open(Claim, Task)}, for somebody who only wants to look. */
  public Subject open(HardwareId id, String workerType, Task task) {
    Task.Row row = task.row();
    Device device =
        new Device(
            id,
            row.name(),
            row.projectId(),
            row.hardwareType(),
            sealer.openProperties(id, row.properties()),
            StoredReports.windows(json, row.windows()),
            task.generation(),
            task.deleted());
    return new Subject(
        device,
        sealer.openDetails(id, workerType, row.details()),
        StoredReports.followed(json, row.followed()));
  }

  /**
   * Whether a device is frozen, as of now: asked right before something is written to a backend, so
   * that a quarantine counts also for an attempt that began before it.
   */
  public boolean isQuarantined(HardwareId id) {
    return !jdbc.queryForList(
            "select 1 from hardware where uuid = ? and quarantined_at is not null", id.value())
        .isEmpty();
  }

  /** What became of a task whose attempt has ended. */
  public enum Release {
    /** It waits for its next look. */
    WAITING,
    /** It is due at once, because the device was changed meanwhile. */
    DUE,
    /** Nothing was written: the claim is lost, or the task is gone. */
    LOST
  }

  /** Records how an attempt ended, and gives the task back to its queue. */
  public Release finish(Claim claim, Task task, Finish finish) {
    List<@Nullable Object> values = new ArrayList<>();
    values.addAll(released(claim, task, finish));
    values.addAll(finished(claim, task, finish));
    values.addAll(noted(claim, task, finish));
    List<Boolean> moved =
        jdbc.query(
            TaskSql.finish(claim.workerType()),
            parameters(values.toArray()),
            (row, _) -> row.getBoolean(1));
    if (moved.isEmpty()) {
      discardGone(claim);
      return Release.LOST;
    }
    return moved.getFirst() ? Release.DUE : Release.WAITING;
  }

  private static List<Object> released(Claim claim, Task task, Finish finish) {
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

  private List<@Nullable Object> finished(Claim claim, Task task, Finish finish) {
    boolean synced = finish.ending() == Task.Ending.SYNCED;
    return Arrays.asList(
        sealed(claim, finish),
        task.generation().value(),
        synced ? task.generation().value() : task.synced().value(),
        finish.ending().name(),
        finish.reason(),
        finish.waitingSince(),
        finish.attempts(),
        finish.deferCount(),
        finish.at(),
        synced ? finish.at() : null,
        claim.hardware().value(),
        claim.workerType());
  }

  private List<Object> noted(Claim claim, Task task, Finish finish) {
    boolean quiet =
        finish.ending() == Task.Ending.SYNCED
            && finish.details() == null
            && finish.notes().isEmpty();
    return List.of(
        finish.at(),
        task.generation().value(),
        claim.workerType(),
        finish.notes().stream().map(Finish.Note::kind).toArray(String[]::new),
        finish.notes().stream()
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
  public boolean remove(Claim claim, Task task, Instant at, List<Finish.Note> notes) {
    boolean removed =
        Boolean.TRUE.equals(transactions.execute(status -> remove(claim, task, at, notes, status)));
    if (!removed) {
      discardGone(claim);
    }
    return removed;
  }

  private boolean remove(
      Claim claim, Task task, Instant at, List<Finish.Note> notes, TransactionStatus status) {
    UUID id = claim.hardware().value();
    // Two workers that finish with a device at the same time take turns here, so that the second
    // sees that it is the last.
    jdbc.query(TaskSql.LOCK_DEVICE, parameters(id), (row, _) -> row.getLong(1));
    if (jdbc.update(TaskSql.dequeue(claim.workerType()), claimed(claim)) == 0
        || jdbc.update(TaskSql.REMOVE, parameters(id, claim.workerType(), task.version())) == 0) {
      status.setRollbackOnly();
      return false;
    }
    for (Finish.Note note : notes) {
      jdbc.update(
          TaskSql.NOTE,
          parameters(
              id,
              at,
              note.kind(),
              task.generation().value(),
              claim.workerType(),
              json.writeValueAsString(note.body())));
    }
    jdbc.update(TaskSql.REMOVE_CLEAN_DEVICE, parameters(id));
    return true;
  }

  /** Gives a task back as if it had not been picked. */
  public void handBack(Claim claim) {
    int released =
        jdbc.update(
            TaskSql.handBack(claim.workerType()),
            parameters(
                claim.hardware().value(),
                claim.workerType(),
                claim.workerType(),
                claim.hardware().toString(),
                claim.version(),
                claim.holder()));
    if (released == 0) {
      discardGone(claim);
    }
  }

  /**
   * Ends the claim of a task that was taken away meanwhile, so that nobody waits for its attempt
   * any more.
   */
  private void discardGone(Claim claim) {
    jdbc.update(
        TaskSql.dequeueGone(claim.workerType()),
        parameters(
            claim.workerType(),
            claim.hardware().toString(),
            claim.version(),
            claim.holder(),
            claim.hardware().value(),
            claim.workerType()));
  }

  /** Removes a queue row that belongs to no task. */
  public void discard(Claim claim) {
    jdbc.update(TaskSql.dequeue(claim.workerType()), claimed(claim));
  }

  private @Nullable String sealed(Claim claim, Finish finish) {
    return finish.details() == null
        ? null
        : sealer.sealDetails(claim.hardware(), claim.workerType(), finish.details());
  }

  private static Task task(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    UUID namesake = row.getObject("namesake", UUID.class);
    return new Task(
        new Generation(row.getLong("generation")),
        row.getBoolean("deleted"),
        new Generation(row.getLong("served_generation")),
        new Generation(row.getLong("synced_generation")),
        outcome == null ? null : Task.Ending.valueOf(outcome),
        row.getString("reason"),
        nullableInstant(row, "waiting_since"),
        row.getInt("attempts"),
        row.getInt("defer_count"),
        nullableInstant(row, "last_attempt_at"),
        row.getLong("version"),
        namesake == null ? null : new HardwareId(namesake),
        row.getBoolean("swept"),
        new Task.Row(
            row.getString("name"),
            row.getString("project_id"),
            row.getString("hardware_type"),
            row.getString("properties"),
            row.getString("windows"),
            row.getString("state_details"),
            row.getString("followed")));
  }

  private static @Nullable Instant nullableInstant(ResultSet row, String column)
      throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static PreparedStatementSetter claimed(Claim claim) {
    return parameters(
        claim.workerType(), claim.hardware().toString(), claim.version(), claim.holder());
  }

  private static PreparedStatementSetter parameters(@Nullable Object... values) {
    return statement -> bind(statement, Arrays.asList(values));
  }

  private static void bind(PreparedStatement statement, List<@Nullable Object> values)
      throws SQLException {
    int index = 1;
    for (Object value : values) {
      switch (value) {
        case null -> statement.setNull(index, Types.NULL);
        case Instant instant ->
            statement.setObject(index, OffsetDateTime.ofInstant(instant, ZoneOffset.UTC));
        default -> statement.setObject(index, value);
      }
      index++;
    }
  }
}
