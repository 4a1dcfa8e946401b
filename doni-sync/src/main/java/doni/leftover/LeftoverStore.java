package doni.leftover;

import doni.database.ResultColumns;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.event.EventLog;
import doni.hardware.HardwareReader;
import doni.secret.SecretEncryptor;
import doni.task.DecryptedTask;
import doni.task.StateDetailsReader;
import doni.task.WorkerTask;
import doni.task.WorkerTaskSql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
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
 * What forced deletions leave over: a row for each worker of the device, until that worker has
 * removed what is in its backend.
 *
 * <p>A leftover never meets a device that took over its name or uuid. Who wants to remove it claims
 * it first, and looks for such a device after that; an attempt for a device looks for claims
 * ({@link WorkerTask#cleanupRunning}) after the device was stored. So one of the two sees the
 * other, whichever came first.
 */
@Component
public class LeftoverStore {

  private static final String COLUMNS =
      """
      l.id, l.hardware_uuid, l.worker_type, l.name, l.project_id, l.hardware_type, l.generation, l.deleted_at,
      l.deleted_by, l.attempts, l.reason, l.last_attempt_at, l.next_attempt_at\
      """;

  private static final String TAKE =
      """
      insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
        state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
      select :deletion, h.uuid, t.worker_type, h.name, h.project_id, h.hardware_type, h.properties,
        t.state_details,
        coalesce((select jsonb_agg(jsonb_build_array(w.uuid, w.starts_at, w.ends_at) order by w.starts_at)
          from availability_window w where w.hardware_uuid = h.uuid), '[]'),
        h.generation + 1, h.created_at, :now, :by, :now
      from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = :uuid
      order by t.worker_type
      returning worker_type
      """;

  private static final String CLAIM =
      """
      update leftover l set claim = :claim, claimed_until = now() + interval '10 minutes'
      where l.id = (
        select d.id from leftover d
        where d.worker_type = :worker and d.next_attempt_at <= :now
          and (d.claimed_until is null or d.claimed_until < now())
        order by d.next_attempt_at, d.id limit 1 for update skip locked)
      returning %s, l.properties::text as properties, l.state_details::text as state_details,
        l.windows::text as windows,
        (select json_object_agg(o.worker_type, o.state_details) from leftover o
          where o.deletion = l.deletion and o.worker_type = any(:followed))::text as followed
      """
          .formatted(COLUMNS);

  private static final String OBSTACLE =
      """
      select case
        when %s
          then 'an attempt for the device still runs'
        when exists (select from leftover o
          where o.worker_type = l.worker_type and o.hardware_uuid = l.hardware_uuid and o.id < l.id)
          then 'what an earlier deletion of the device has left over goes first'
        when exists (select from hardware h join worker_task t on t.hardware_uuid = h.uuid
          where h.uuid = l.hardware_uuid and t.worker_type = l.worker_type)
          then 'its uuid is enrolled again'
        when :byName and exists (select from hardware h join worker_task t on t.hardware_uuid = h.uuid
          where lower(h.name) = lower(l.name) and t.worker_type = l.worker_type)
          then 'its name is enrolled again, and the backend knows devices by their names'
      end
      from leftover l where l.id = :id
      """
          .formatted(WorkerTaskSql.DEVICE_OF_LEFTOVER_IS_ATTEMPTED);

  private final JdbcClient jdbc;
  private final SecretEncryptor sealer;
  private final EventLog events;
  private final JsonMapper json;
  private final Clock clock;

  LeftoverStore(
      JdbcClient jdbc, SecretEncryptor sealer, EventLog events, JsonMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.sealer = sealer;
    this.events = events;
    this.json = json;
    this.clock = clock;
  }

  /** A device that can be deleted by force: a live one, or one that is still being cleaned up. */
  public record Condemned(
      HardwareId id, String name, String projectId, Generation generation, boolean live) {}

  /** Locks a device against every other change until the transaction ends. */
  public Optional<Condemned> lock(HardwareId id) {
    return jdbc.sql(
            "select name, project_id, generation, deleted_at is null as live from hardware where uuid = ? for update")
        .param(id.value())
        .query((row, _) ->
            new Condemned(
                id,
                row.getString("name"),
                row.getString("project_id"),
                new Generation(row.getLong("generation")),
                row.getBoolean("live")))
        .optional();
  }

  /**
   * Turns a locked device into leftovers. An attempt that is under way finds its task gone when it
   * ends, and drops its outcome.
   *
   * @return the workers that may have left something over
   */
  public List<String> take(Condemned device, String by) {
    List<String> workers =
        jdbc.sql(TAKE)
            .param("deletion", UUID.randomUUID())
            .param("now", utc(clock.instant()))
            .param("by", by)
            .param("uuid", device.id().value())
            .query((row, _) -> row.getString(1))
            .list();
    // A row that is picked belongs to its attempt, and tells until when that runs.
    jdbc.sql(
            "delete from scheduled_tasks where task_name = any(:workers) and task_instance = :uuid and not picked")
        .param("workers", workers.toArray(String[]::new))
        .param("uuid", device.id().toString())
        .update();
    jdbc.sql("delete from hardware where uuid = ?").param(device.id().value()).update();
    return workers;
  }

  /**
   * All that is left over, the oldest first.
   *
   * @param after only those with a greater id
   */
  public List<Leftover> list(int limit, long after) {
    return jdbc.sql("select " + COLUMNS + " from leftover l where l.id > ? order by l.id limit ?")
        .param(after)
        .param(limit)
        .query((row, _) -> leftover(row))
        .list();
  }

  /** The workers that have something to remove now. */
  public List<String> dueWorkers() {
    return jdbc.sql(
            """
            select distinct worker_type from leftover
            where next_attempt_at <= ? and (claimed_until is null or claimed_until < now())
            """)
        .param(utc(clock.instant()))
        .query((row, _) -> row.getString(1))
        .list();
  }

  /**
   * Claims one that is due.
   *
   * @param followed the types of the workers whose reports are read too
   */
  public Optional<ClaimedLeftover> claim(String workerType, Collection<String> followed) {
    UUID claim = UUID.randomUUID();
    return jdbc.sql(CLAIM)
        .param("claim", claim)
        .param("worker", workerType)
        .param("now", utc(clock.instant()))
        .param("followed", followed.toArray(String[]::new))
        .query((row, _) ->
            new ClaimedLeftover(
                leftover(row),
                claim,
                new ClaimedLeftover.Row(
                    row.getString("properties"),
                    row.getString("state_details"),
                    row.getString("windows"),
                    row.getString("followed"))))
        .optional();
  }

  /** What must be over before a claimed one can be removed, if there is such a thing. */
  public Optional<String> obstacle(ClaimedLeftover claimed, boolean identifiesByName) {
    return jdbc.sql(OBSTACLE)
        .param("byName", identifiesByName)
        .param("id", claimed.leftover().id())
        .query((row, _) -> Optional.ofNullable(row.getString(1)))
        .optional()
        .flatMap(Function.identity());
  }

  /**
   * What the worker is given: the deleted device.
   *
   * @throws RuntimeException when a value cannot be decrypted
   */
  public DecryptedTask open(ClaimedLeftover claimed) {
    Leftover leftover = claimed.leftover();
    HardwareId id = leftover.hardware();
    Hardware device =
        new Hardware(
            id,
            leftover.name(),
            leftover.projectId(),
            leftover.hardwareType(),
            sealer.openProperties(id, claimed.row().properties()),
            StateDetailsReader.windows(json, claimed.row().windows()),
            new Generation(leftover.generation()),
            true);
    return new DecryptedTask(
        device,
        sealer.openDetails(id, leftover.workerType(), claimed.row().details()),
        StateDetailsReader.followed(json, claimed.row().followed()));
  }

  /** Begins the claim's minutes anew; false when it was lost meanwhile. */
  public boolean renew(ClaimedLeftover claimed) {
    return jdbc.sql(
                """
                update leftover set claimed_until = now() + interval '10 minutes'
                where id = ? and claim = ? and claimed_until > now()
                """)
            .param(claimed.leftover().id())
            .param(claimed.claim())
            .update()
        > 0;
  }

  /** Gives a claimed one back, to wait for what stands in its way. */
  public void waitFor(ClaimedLeftover claimed, String obstacle, Instant next) {
    jdbc.sql(
            """
            update leftover set claim = null, claimed_until = null, reason = ?, next_attempt_at = ?
            where id = ? and claim = ?
            """)
        .param(obstacle)
        .param(utc(next))
        .param(claimed.leftover().id())
        .param(claimed.claim())
        .update();
  }

  /**
   * Gives a claimed one back after an attempt that did not remove it.
   *
   * @param details what the worker reports from now on; null when that is unchanged
   */
  public void retry(
      ClaimedLeftover claimed, String reason, Instant next, @Nullable Map<String, Object> details) {
    Leftover leftover = claimed.leftover();
    String sealed =
        details == null
            ? null
            : sealer.sealDetails(leftover.hardware(), leftover.workerType(), details);
    jdbc.sql(
            """
            update leftover set claim = null, claimed_until = null, reason = :reason, attempts = attempts + 1,
              last_attempt_at = :at, next_attempt_at = :next,
              state_details = coalesce(:details::jsonb, state_details)
            where id = :id and claim = :claim
            """)
        .param("reason", reason)
        .param("at", utc(clock.instant()))
        .param("next", utc(next))
        .param("details", sealed, Types.VARCHAR)
        .param("id", leftover.id())
        .param("claim", claimed.claim())
        .update();
  }

  /** Forgets a claimed one that was removed from its backend; only the event stays. */
  @Transactional
  public void remove(ClaimedLeftover claimed, Map<String, Object> event) {
    Leftover leftover = claimed.leftover();
    int removed =
        jdbc.sql("delete from leftover where id = ? and claim = ?")
            .param(leftover.id())
            .param(claimed.claim())
            .update();
    if (removed > 0) {
      events.workerDid(
          "leftover.removed",
          leftover.hardware(),
          new Generation(leftover.generation()),
          leftover.workerType(),
          event);
    }
  }

  /**
   * Forgets one whose backend will not come back, whatever is left there.
   *
   * @return empty when there is none, or when its worker is at it at this moment
   */
  public Optional<Leftover> dismiss(long id) {
    return jdbc.sql(
            """
            delete from leftover l where l.id = ? and (l.claimed_until is null or l.claimed_until < now())
              and not %s
            returning %s
            """
                .formatted(WorkerTaskSql.DEVICE_OF_LEFTOVER_IS_ATTEMPTED, COLUMNS))
        .param(id)
        .query((row, _) -> leftover(row))
        .optional();
  }

  public boolean exists(long id) {
    return !jdbc.sql("select 1 from leftover where id = ?")
        .param(id)
        .query()
        .listOfRows()
        .isEmpty();
  }

  private static Leftover leftover(ResultSet row) throws SQLException {
    return new Leftover(
        row.getLong("id"),
        new HardwareId(row.getObject("hardware_uuid", UUID.class)),
        row.getString("worker_type"),
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        row.getLong("generation"),
        HardwareReader.instant(row, "deleted_at"),
        row.getString("deleted_by"),
        row.getInt("attempts"),
        row.getString("reason"),
        ResultColumns.nullableInstant(row, "last_attempt_at"),
        HardwareReader.instant(row, "next_attempt_at"));
  }

  private static OffsetDateTime utc(Instant instant) {
    return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}
