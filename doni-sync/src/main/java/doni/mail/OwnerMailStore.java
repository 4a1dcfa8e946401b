package doni.mail;

import doni.database.RowClaimSql;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.mail.OwnerProblem.ProblemCause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What is to be mailed to whom, and the claim of the replica that sends. That a mail was sent is
 * recorded even if the claim was lost meanwhile: it is true, and spares the contact a second one.
 */
final class OwnerMailStore {

  /** Longer than the time limits of one message. */
  private static final RowClaimSql HOLD =
      new RowClaimSql("holder", "held_until", Duration.ofMinutes(2));

  /** Returns of single devices are collected for this long after a mail about others. */
  private static final Duration RETURNS_APART = Duration.ofMinutes(15);

  /** Of one address; the others follow after its quiet period. */
  private static final int MOST_LINES = 20_000;

  /**
   * What is due, as {@code due}. A device is quiet after its last mail, an address too; the end of
   * what an address was told is not held back, except that the devices of an incident are reported
   * together.
   */
  private static final String DUE =
      """
      with due as (
        select %1$s as address, h.uuid, h.name, n.cause, n.since, n.reason, n.advice,
          n.incident_id, n.ended_at
        from owner_notification n
        join hardware h on h.uuid = n.hardware_uuid
        left join mail_recipient r on r.address = %1$s
        left join availability_incident i on i.id = n.incident_id
        where h.deleted_at is null
          and %1$s <> ''
          and h.labels ->> 'notifications' is distinct from 'off'
          and coalesce(r.refused_until <= :now, true)
          and case when n.ended_at is null then
              n.reason is not null
              and h.quarantined_at is null
              and n.announced_to is distinct from %1$s
              and coalesce(r.quiet_until <= :now, true)
              and not exists (select from owner_notification o
                where o.hardware_uuid = n.hardware_uuid and o.last_announced_at > :quiet_since)
            else
              n.announced_to = %1$s
              and (i.id is null or i.ended_at is not null)
              and coalesce(r.last_return_at <= :returns_since, true)
            end)
      """
          .formatted(OwnerProblemStore.CONTACT);

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final Duration quietPeriod;
  private final UUID holder = UUID.randomUUID();

  OwnerMailStore(JdbcClient jdbc, TransactionTemplate transaction, Duration quietPeriod) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.quietPeriod = quietPeriod;
  }

  /**
   * What one address is told.
   *
   * @param untold how many other problems began and ended since the last mail
   */
  record DueMail(String address, List<OwnerProblem> begun, List<OwnerProblem> ended, int untold) {}

  /**
   * Takes the mail server in order to send; empty when another replica has it, or its next attempt
   * is later.
   *
   * @return the number of consecutive failures
   */
  Optional<Integer> hold() {
    return mine("""
    update mail_dispatch set %s where next_attempt_at <= now() and (%s or %s) returning failures
    """
            .formatted(HOLD.take(), HOLD.isMine(), HOLD.isFree()))
        .query(Integer.class)
        .optional();
  }

  /** Releases the mail server after it failed; any replica may try again after that time. */
  void fail(Duration wait) {
    mine("update mail_dispatch set failures = failures + 1, failing_since = coalesce(failing_since, now()),"
            + " next_attempt_at = now() + :millis * interval '1 millisecond', "
            + HOLD.release()
            + " where "
            + HOLD.isMine())
        .param("millis", wait.toMillis())
        .update();
  }

  void release() {
    mine("update mail_dispatch set " + HOLD.release() + " where " + HOLD.isMine()).update();
  }

  /** Returns whether anything is due. */
  boolean hasDue(Instant now) {
    return due("select exists (select from due)", now).query(Boolean.class).single();
  }

  /** Returns what is due for one address, that of the oldest problem first. */
  Optional<DueMail> next(Instant now) {
    List<Line> lines =
        due(
                """
                select d.*, coalesce(r.untold, 0) as untold from due d left join mail_recipient r using (address)
                where d.address = (select address from due order by since, address limit 1)
                order by d.since, d.name, d.cause limit :most
                """,
                now)
            .param("most", MOST_LINES)
            .query((row, _) -> Line.of(row))
            .list();
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DueMail(
            lines.getFirst().address(),
            lines.stream().map(Line::problem).filter(it -> it.endedAt() == null).toList(),
            lines.stream().map(Line::problem).filter(it -> it.endedAt() != null).toList(),
            lines.getFirst().untold()));
  }

  private record Line(String address, int untold, OwnerProblem problem) {

    static Line of(ResultSet row) throws SQLException {
      return new Line(
          row.getString("address"),
          row.getInt("untold"),
          new OwnerProblem(
              new HardwareId(row.getObject("uuid", UUID.class)),
              row.getString("name"),
              ProblemCause.valueOf(row.getString("cause")),
              TimestampColumns.instant(row, "since"),
              row.getString("reason"),
              row.getString("advice"),
              row.getObject("incident_id") != null,
              TimestampColumns.nullableInstant(row, "ended_at")));
    }
  }

  /**
   * Records that a mail was sent.
   *
   * @return whether this replica still holds the mail server
   */
  boolean sent(DueMail mail, Instant now) {
    Boolean held =
        transaction.execute(_ -> {
          if (!mail.begun().isEmpty()) {
            announced(mail, now);
          }
          if (!mail.ended().isEmpty()) {
            of(
                    mail.ended(),
                    """
                    update owner_notification n set announced_to = null
                    from unnest(:devices, :causes) as d (device, cause)
                    where n.hardware_uuid = d.device and n.cause = d.cause and n.ended_at is not null
                    """)
                .update();
          }
          quieten(mail, now);
          return works();
        });
    return Boolean.TRUE.equals(held);
  }

  /** The mail server answered: its failures are over, and the claim lasts longer. */
  private boolean works() {
    return mine("update mail_dispatch set failures = 0, failing_since = null, "
                + HOLD.renew()
                + " where "
                + HOLD.isMine())
            .update()
        > 0;
  }

  /** A problem that ended while its mail was sent is stored again, so that its end is told. */
  private void announced(DueMail mail, Instant now) {
    of(
            mail.begun(),
            """
            insert into owner_notification as n
              (hardware_uuid, cause, since, reason, ended_at, announced_to, last_announced_at)
            select d.device, d.cause, :now, '', :now, :address, :now
            from unnest(:devices, :causes) as d (device, cause) join hardware h on h.uuid = d.device
            on conflict (hardware_uuid, cause)
            do update set announced_to = excluded.announced_to, last_announced_at = excluded.last_announced_at
            """)
        .param("address", mail.address())
        .param("now", TimestampColumns.timestamp(now))
        .update();
  }

  private void quieten(DueMail mail, Instant now) {
    jdbc.sql(
            """
            insert into mail_recipient as r (address, quiet_until, last_return_at)
            values (:address, case when :begun then :quiet_until end, case when :ended then :now end)
            on conflict (address) do update set quiet_until = coalesce(excluded.quiet_until, r.quiet_until),
              last_return_at = coalesce(excluded.last_return_at, r.last_return_at),
              refused_until = null, refusals = 0, untold = 0
            """)
        .param("address", mail.address())
        .param("begun", !mail.begun().isEmpty())
        .param("ended", !mail.ended().isEmpty())
        .param("quiet_until", TimestampColumns.timestamp(now.plus(quietPeriod)))
        .param("now", TimestampColumns.timestamp(now))
        .update();
  }

  /**
   * Records that the mail server refused an address, which is left alone for a time.
   *
   * @return whether this replica still holds the mail server
   */
  boolean refused(String address, Instant until) {
    Boolean held =
        transaction.execute(_ -> {
          leaveAlone(address, until);
          return works();
        });
    return Boolean.TRUE.equals(held);
  }

  /**
   * Records that nothing can be sent to an address, without asking the mail server.
   *
   * @return whether this replica still holds the mail server
   */
  boolean unusable(String address, Instant until) {
    leaveAlone(address, until);
    return mine("update mail_dispatch set " + HOLD.renew() + " where " + HOLD.isMine()).update()
        > 0;
  }

  private void leaveAlone(String address, Instant until) {
    jdbc.sql(
            """
            insert into mail_recipient as r (address, refused_until, refusals) values (:address, :until, 1)
            on conflict (address) do update set refused_until = excluded.refused_until, refusals = r.refusals + 1
            """)
        .param("address", address)
        .param("until", TimestampColumns.timestamp(until))
        .update();
  }

  /** Returns for how many seconds the mail server has taken nothing; zero while it works. */
  double failingSeconds() {
    return jdbc.sql(
            "select coalesce(extract(epoch from now() - failing_since), 0)::float8 from"
                + " mail_dispatch")
        .query(Double.class)
        .single();
  }

  private StatementSpec due(String query, Instant now) {
    return jdbc.sql(DUE + query)
        .param("now", TimestampColumns.timestamp(now))
        .param("quiet_since", TimestampColumns.timestamp(now.minus(quietPeriod)))
        .param("returns_since", TimestampColumns.timestamp(now.minus(RETURNS_APART)));
  }

  private StatementSpec of(List<OwnerProblem> problems, String sql) {
    return jdbc.sql(sql)
        .param("devices", problems.stream().map(it -> it.device().value()).toArray(UUID[]::new))
        .param("causes", problems.stream().map(it -> it.cause().name()).toArray(String[]::new));
  }

  private StatementSpec mine(String sql) {
    return jdbc.sql(sql).param("holder", holder);
  }
}
