package doni.mail;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.mail.OwnerProblem.ProblemCause;
import doni.worker.SharedNames;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Works out which devices have which problem, from what other features store. The statements of one
 * pass run in one transaction, and one replica has a pass at a time.
 *
 * <p>A problem that is found is stored once. It stays until it is over: then its row is removed, or
 * if its contact was told, kept until the contact is told of the end and the device's quiet period
 * is over.
 */
final class OwnerProblemStore {

  /** So many are examined in one pass; the others follow in the next. */
  private static final int MOST_EXAMINED = 200;

  /** Problems of a device that explain that it does not respond or is not ready. */
  private static final String NEEDS_BAKE =
      """
      exists (select from worker_task b where b.hardware_uuid = h.uuid
        and jsonb_exists(b.state_details, '%s'))
      """
          .formatted(SharedNames.NEEDS_BAKE);

  /** The address of the contact of {@code h}; null or empty for none. */
  static final String CONTACT = "lower(h.properties ->> '" + SharedNames.CONTACT_EMAIL + "')";

  private static final String IS_OFFLINE =
      """
      exists (select from device_availability a
        where a.hardware_uuid = h.uuid and a.availability = 'OFFLINE')
      """;

  /** A task failed, or a step of the way to Ready is not recorded as reached. */
  private static final String NOT_READY =
      """
      exists (select from worker_task t
        join unnest(:types, :workers, :steps) as e (hardware_type, worker_type, steps)
          on e.hardware_type = h.hardware_type and e.worker_type = t.worker_type
        where t.hardware_uuid = h.uuid
          and (t.outcome = 'FAILED' or not jsonb_exists_all(t.milestones, string_to_array(e.steps, ','))))
      """;

  /** Devices that are lost together reach their time together, with the last that joined them. */
  private static final String OFFLINE =
      """
      select h.uuid, 'OFFLINE', a.since, a.reason, a.incident_id
      from device_availability a
      join hardware h on h.uuid = a.hardware_uuid
      left join availability_incident i on i.id = a.incident_id
      where a.availability = 'OFFLINE' and a.since <= :offline_since
        and coalesce(least(i.grown_at, i.began_at + :millis * interval '1 millisecond') <= :offline_since, true)
        and not
      """
          + NEEDS_BAKE;

  private static final String BAKE =
      "select h.uuid, 'NEEDS_BAKE', cast(:now as timestamptz), '', null::bigint from hardware h where "
          + NEEDS_BAKE;

  /** Stored when it is first seen, without a reason until it has lasted. */
  private static final String STUCK =
      "select h.uuid, 'STUCK', cast(:now as timestamptz), null::text, null::bigint from hardware h where "
          + NOT_READY
          + " and not "
          + IS_OFFLINE
          + " and not "
          + NEEDS_BAKE;

  private static final String STUCK_SINCE =
      """
      greatest(n.since, (select max(m.value::timestamptz) from worker_task t, jsonb_each_text(t.milestones) m
        where t.hardware_uuid = n.hardware_uuid))
      """;

  private final JdbcClient jdbc;
  private final MailProperties settings;

  OwnerProblemStore(JdbcClient jdbc, MailProperties settings) {
    this.jdbc = jdbc;
    this.settings = settings;
  }

  /**
   * The steps that a worker reports for a hardware type.
   *
   * @param steps names of milestones, separated by commas
   */
  record ExpectedSteps(String hardwareType, String workerType, String steps) {}

  /** Returns whether this transaction is the only one that works out problems, until it ends. */
  boolean claimPass() {
    return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('owner-problems', 0))")
        .query(Boolean.class)
        .single();
  }

  /** Stores problems that are new, and ends those that are over. */
  void update(List<ExpectedSteps> expected, Instant now) {
    end(ProblemCause.OFFLINE, IS_OFFLINE, expected, now);
    end(ProblemCause.NEEDS_BAKE, NEEDS_BAKE, expected, now);
    end(ProblemCause.STUCK, NOT_READY, expected, now);
    begin(OFFLINE, expected, now);
    begin(BAKE, expected, now);
    begin(STUCK, expected, now);
    forget(now);
  }

  /** A problem that comes back before its end was told has never ended for its contact. */
  private void begin(String found, List<ExpectedSteps> expected, Instant now) {
    query(
            """
            insert into owner_notification as n (hardware_uuid, cause, since, reason, incident_id)
            select f.* from (%s) as f (uuid, cause, since, reason, incident_id)
            join hardware h on h.uuid = f.uuid
            where h.deleted_at is null and h.quarantined_at is null
              and %s <> ''
            on conflict (hardware_uuid, cause) do update set ended_at = null,
              since = case when n.announced_to is null then excluded.since else n.since end,
              reason = case when n.announced_to is null then excluded.reason else n.reason end,
              incident_id = coalesce(excluded.incident_id, n.incident_id)
            where n.ended_at is not null
            """
                .formatted(found, CONTACT),
            expected,
            now)
        .update();
  }

  private void end(ProblemCause cause, String lasts, List<ExpectedSteps> expected, Instant now) {
    query(
            """
            with over as (
              select n.hardware_uuid, n.cause, n.reason, n.announced_to, n.last_announced_at,
                %s as address
              from owner_notification n join hardware h on h.uuid = n.hardware_uuid
              where n.cause = :cause and n.ended_at is null and (h.deleted_at is not null or not %s)),
            removed as (
              delete from owner_notification n using over o
              where n.hardware_uuid = o.hardware_uuid and n.cause = o.cause and o.last_announced_at is null),
            kept as (
              update owner_notification n set ended_at = :now from over o
              where n.hardware_uuid = o.hardware_uuid and n.cause = o.cause and o.last_announced_at is not null)
            update mail_recipient r set untold = r.untold + u.problems
            from (select address, count(*)::integer as problems from over
              where announced_to is null and reason is not null group by address) u
            where r.address = u.address and r.quiet_until > :now
            """
                .formatted(CONTACT, lasts),
            expected,
            now)
        .param("cause", cause.name())
        .update();
  }

  /** Removes what has no consequence any more. */
  private void forget(Instant now) {
    jdbc.sql(
            """
            delete from owner_notification n using hardware h
            where h.uuid = n.hardware_uuid and n.ended_at is not null
              and (h.deleted_at is not null
                or n.announced_to is null and n.last_announced_at <= :quiet_since
                or n.announced_to is distinct from %s and n.last_announced_at <= :quiet_since
                or h.labels ->> 'notifications' = 'off')
            """
                .formatted(CONTACT))
        .param("quiet_since", TimestampColumns.timestamp(now.minus(settings.quietPeriod())))
        .update();
    jdbc.sql(
            """
            delete from mail_recipient
            where greatest(quiet_until, last_return_at, refused_until) < :yesterday
            """)
        .param("yesterday", TimestampColumns.timestamp(now.minus(Duration.ofDays(1))))
        .update();
  }

  /**
   * Returns devices that have made no progress for long enough, and whose reason is not known yet.
   * The time begins again with each step that a device reaches.
   */
  List<HardwareId> toExamine(Instant now) {
    return jdbc.sql(
            """
            select n.hardware_uuid from owner_notification n
            where n.cause = 'STUCK' and n.ended_at is null and n.reason is null
              and %s <= :stuck_since
            order by n.since, n.hardware_uuid limit :most
            """
                .formatted(STUCK_SINCE))
        .param("stuck_since", TimestampColumns.timestamp(now.minus(settings.stuckAfter())))
        .param("most", MOST_EXAMINED)
        .query((row, _) -> new HardwareId(row.getObject("hardware_uuid", UUID.class)))
        .list();
  }

  /** Stores why a device is stuck, from when on its contact may be told. */
  void explain(HardwareId id, String reason, String advice) {
    jdbc.sql(
            """
            update owner_notification n set since = %s, reason = :reason, advice = :advice
            where n.hardware_uuid = :id and n.cause = 'STUCK' and n.ended_at is null
            """
                .formatted(STUCK_SINCE))
        .param("id", id.value())
        .param("reason", reason)
        .param("advice", advice)
        .update();
  }

  /** Begins the time again, because nothing is wrong with a device or its owner cannot help it. */
  void postpone(HardwareId id, Instant now) {
    jdbc.sql(
            "update owner_notification set since = :now where hardware_uuid = :id and cause ="
                + " 'STUCK' and ended_at is null")
        .param("id", id.value())
        .param("now", TimestampColumns.timestamp(now))
        .update();
  }

  private StatementSpec query(String sql, List<ExpectedSteps> expected, Instant now) {
    return jdbc.sql(sql)
        .param("now", TimestampColumns.timestamp(now))
        .param("offline_since", TimestampColumns.timestamp(now.minus(settings.offlineAfter())))
        .param("millis", settings.offlineAfter().toMillis())
        .param("types", expected.stream().map(ExpectedSteps::hardwareType).toArray(String[]::new))
        .param("workers", expected.stream().map(ExpectedSteps::workerType).toArray(String[]::new))
        .param("steps", expected.stream().map(ExpectedSteps::steps).toArray(String[]::new));
  }
}
