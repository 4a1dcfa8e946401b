package doni.leftover;

import doni.database.TimestampColumns;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore;
import doni.hardware.LockedHardware;
import doni.leftover.Leftover.DeletedHardware;
import doni.secret.SecretEncryptor;
import doni.task.WorkerTask;
import doni.task.WorkerTaskReader;
import doni.task.WorkerTaskReader.DecryptedTask;
import doni.task.WorkerTaskSql;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The statements that write leftovers: one row for each worker of force-deleted hardware, until
 * that worker has removed what is in its backend.
 *
 * <p>A leftover never affects hardware that took over its name or uuid. A cleanup claims the
 * leftover first and checks for such hardware after that; an attempt checks for claims ({@link
 * WorkerTask.NamesakeCleanup}) after its hardware was stored. So one of the two sees the other,
 * whichever came first.
 */
@Component
class LeftoverStore {

  private final JdbcClient jdbc;
  private final LeftoverRepository rows;
  private final SecretEncryptor encryptor;
  private final HardwareEventStore events;
  private final JsonMapper json;
  private final Clock clock;

  LeftoverStore(
      JdbcClient jdbc,
      LeftoverRepository rows,
      SecretEncryptor encryptor,
      HardwareEventStore events,
      JsonMapper json,
      Clock clock) {
    this.jdbc = jdbc;
    this.rows = rows;
    this.encryptor = encryptor;
    this.events = events;
    this.json = json;
    this.clock = clock;
  }

  /**
   * Turns locked hardware into leftovers. An attempt that is running finds its task gone when it
   * ends, and drops its outcome.
   *
   * @return the workers that may have left something behind
   */
  List<String> take(LockedHardware hardware, String by) {
    UUID uuid = hardware.id().value();
    // A stronger lock than that of a change: no replica that starts now can add a task meanwhile.
    jdbc.sql("select 1 from hardware where uuid = ? for update")
        .param(uuid)
        .query(Integer.class)
        .single();
    List<String> workers =
        jdbc.sql(LeftoverSql.TAKE)
            .param("deletion", UUID.randomUUID())
            .param("now", TimestampColumns.timestamp(clock.instant()))
            .param("by", by)
            .param("uuid", uuid)
            .query((row, _) -> row.getString(1))
            .list();
    // A picked row belongs to its attempt, and shows how long that runs.
    jdbc.sql(
            "delete from scheduled_tasks where task_name = any(:workers) and task_instance = :uuid"
                + " and not picked")
        .param("workers", workers.toArray(String[]::new))
        .param("uuid", uuid.toString())
        .update();
    jdbc.sql("delete from hardware where uuid = ?").param(uuid).update();
    return workers;
  }

  /** Makes leftovers due that were not removed while the lanes of these workers were in shadow. */
  void requeueShadowed(Collection<String> workerTypes) {
    jdbc.sql(
            "update leftover set next_attempt_at = :now"
                + " where worker_type = any(:workers) and next_attempt_at > :now and reason like 'shadow: %'")
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .param("workers", workerTypes.toArray(String[]::new))
        .update();
  }

  /** Returns the workers that have a leftover to remove now. */
  List<String> dueWorkers() {
    return jdbc.sql(
            "select distinct worker_type from leftover where next_attempt_at <= ? and "
                + LeftoverSql.CLAIM.isFree())
        .param(TimestampColumns.timestamp(clock.instant()))
        .query((row, _) -> row.getString(1))
        .list();
  }

  /**
   * Claims a leftover that is due.
   *
   * @param followed the types of the workers whose details are read too
   */
  @Transactional
  public Optional<ClaimedLeftover> claim(String workerType, Collection<String> followed) {
    record Claimed(long id, @Nullable String followed) {}
    UUID claim = UUID.randomUUID();
    return jdbc.sql(LeftoverSql.CLAIM_DUE)
        .param("claim", claim)
        .param("worker", workerType)
        .param("now", TimestampColumns.timestamp(clock.instant()))
        .param("followed", followed.toArray(String[]::new))
        .query((row, _) -> new Claimed(row.getLong("id"), row.getString("followed")))
        .optional()
        .flatMap(claimed ->
            rows.find(claimed.id())
                .map(row ->
                    new ClaimedLeftover(
                        row.toLeftover(),
                        claim,
                        new ClaimedLeftover.Encrypted(
                            row.properties, row.stateDetails, row.windows, claimed.followed()))));
  }

  /** Returns what must end before a claimed leftover can be removed; empty if nothing must. */
  Optional<String> obstacle(ClaimedLeftover claimed, boolean identifiesByName) {
    return jdbc.sql(LeftoverSql.OBSTACLE)
        .param("byName", identifiesByName)
        .param("id", claimed.leftover().id())
        .query((row, _) -> Optional.ofNullable(row.getString(1)))
        .optional()
        .flatMap(Function.identity());
  }

  /**
   * Returns what the worker receives: the deleted hardware.
   *
   * @throws doni.secret.SecretEncryptor.UnreadableSecretException if a secret cannot be decrypted
   */
  DecryptedTask open(ClaimedLeftover claimed) {
    DeletedHardware deleted = claimed.leftover().hardware();
    HardwareId id = deleted.id();
    Hardware hardware =
        new Hardware(
            id,
            deleted.name(),
            deleted.projectId(),
            deleted.hardwareType(),
            encryptor.decryptProperties(id, claimed.stored().properties()),
            WorkerTaskReader.windows(json, claimed.stored().windows()),
            deleted.generation(),
            true);
    return new DecryptedTask(
        hardware,
        encryptor.decryptDetails(id, claimed.leftover().workerType(), claimed.stored().details()),
        WorkerTaskReader.dependencies(json, claimed.stored().followed()));
  }

  /** Extends a claim; false when it was lost. */
  public boolean renew(ClaimedLeftover claimed) {
    return update(claimed, LeftoverSql.CLAIM.renew(), LeftoverSql.CLAIM.isHeld()).update() > 0;
  }

  /** Gives up a claim, to wait for an obstacle. */
  public void waitFor(ClaimedLeftover claimed, String obstacle, Instant next) {
    update(
            claimed,
            LeftoverSql.CLAIM.release() + ", reason = :reason, next_attempt_at = :next",
            LeftoverSql.CLAIM.isMine())
        .param("reason", obstacle)
        .param("next", TimestampColumns.timestamp(next))
        .update();
  }

  /**
   * Gives up a claim after an attempt that did not remove the leftover.
   *
   * @param details the worker's details from now on; null leaves them as they are
   */
  void retry(
      ClaimedLeftover claimed, String reason, Instant next, @Nullable Map<String, Object> details) {
    Leftover leftover = claimed.leftover();
    String encrypted =
        details == null
            ? null
            : encryptor.encryptDetails(leftover.hardware().id(), leftover.workerType(), details);
    update(
            claimed,
            LeftoverSql.CLAIM.release()
                + ", reason = :reason, attempts = attempts + 1, last_attempt_at = :at,"
                + " next_attempt_at = :next, state_details = coalesce(:details::jsonb,"
                + " state_details)",
            LeftoverSql.CLAIM.isMine())
        .param("reason", reason)
        .param("at", TimestampColumns.timestamp(clock.instant()))
        .param("next", TimestampColumns.timestamp(next))
        .param("details", encrypted, Types.VARCHAR)
        .update();
  }

  private JdbcClient.StatementSpec update(
      ClaimedLeftover claimed, String assignments, String condition) {
    return jdbc.sql("update leftover set " + assignments + " where id = :id and " + condition)
        .param("id", claimed.leftover().id())
        .param("claim", claimed.claim());
  }

  /** Removes a claimed leftover that is gone from its backend; only the event remains. */
  @Transactional
  public void remove(ClaimedLeftover claimed, Map<String, Object> event) {
    Leftover leftover = claimed.leftover();
    int removed =
        jdbc.sql("delete from leftover where id = :id and " + LeftoverSql.CLAIM.isMine())
            .param("id", leftover.id())
            .param("claim", claimed.claim())
            .update();
    if (removed > 0) {
      events.workerDid(
          "leftover.removed",
          leftover.hardware().id(),
          leftover.hardware().generation(),
          leftover.workerType(),
          event);
    }
  }

  /**
   * Removes a leftover whose backend does not come back, whatever remains there.
   *
   * @return false when it does not exist, or when its worker is removing it now
   */
  boolean dismiss(long id) {
    return jdbc.sql(
                """
                delete from leftover l where l.id = ? and %s and not %s
                """
                    .formatted(
                        LeftoverSql.CLAIM.isFree(), WorkerTaskSql.DEVICE_OF_LEFTOVER_IS_ATTEMPTED))
            .param(id)
            .update()
        > 0;
  }
}
