package doni.availability;

import doni.availability.AvailabilityHistory.AvailabilityInterval;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The reading side: what is published about devices, and its history. */
public final class DeviceAvailabilityReader {

  /** A client that needs more has the events. */
  static final int MOST_INTERVALS = 1_000;

  private static final String UNSEEN_NOW =
      "not observed at the moment, because no source can be read; last known: ";

  /**
   * While it responds, a device was last seen when its source last confirmed that; an agent, when
   * it last asked. Blazar repeats what the cluster says, so it has not seen the device.
   */
  private static final String SEEN =
      """
      lateral (
        select
          max(case when s.source like 'blazar.%' then null
            when s.source = 'agent' then g.contact_at
            when s.status in ('RESPONDS', 'IMPAIRED') then greatest(s.since, c.confirmed_at)
            else s.responded_at end) as last_seen,
          coalesce(bool_or(greatest(s.since, c.confirmed_at) > ?), true) as observed
        from device_signal s left join device_signal_source c on c.source = s.source
        left join agent_contact g on g.hardware_uuid = s.hardware_uuid and s.source = 'agent'
        where s.hardware_uuid = a.hardware_uuid) seen\
      """;

  /** What {@link #published} reads of the table {@code a} of {@link #JOIN}. */
  public static final String COLUMNS =
      "a.availability, a.available_since, a.available_reason, a.last_seen, a.observed";

  /**
   * Joins what is published about each device {@code h}; {@link #blind} is its parameter. {@code
   * offset 0} looks it up for one device at a time: for a page of 256 among 10,000 devices,
   * Postgres would otherwise read all 10,000.
   */
  public static final String JOIN =
      " left join lateral (select a.availability, a.since as available_since,"
          + " a.reason as available_reason, seen.last_seen, seen.observed"
          + " from device_availability a cross join "
          + SEEN
          + " where a.hardware_uuid = h.uuid offset 0) a on true ";

  private static final String SHARE =
      """
      select min(greatest(began_at, :from)) as first,
        sum(extract(epoch from least(coalesce(ended_at, :until), :until) - greatest(began_at, :from)))
          filter (where availability = 'ONLINE') as online,
        sum(extract(epoch from least(coalesce(ended_at, :until), :until) - greatest(began_at, :from))) as observed
      from availability_interval
      where hardware_uuid = :device and (ended_at is null or ended_at > :from) and began_at < :until
      """;

  static final String INTERVALS =
      """
      select availability, began_at, ended_at from availability_interval
      where hardware_uuid = :device and (ended_at is null or ended_at > :from)
      order by began_at desc limit :most
      """;

  private final JdbcClient jdbc;
  private final Clock clock;

  DeviceAvailabilityReader(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  /** Returns the parameter of {@link #JOIN}: what was confirmed before then shows nothing. */
  public OffsetDateTime blind() {
    return TimestampColumns.timestamp(clock.instant().minus(AvailabilityRule.BLIND_AFTER));
  }

  /** Returns what a row with {@link #COLUMNS} says; null if nothing is published. */
  public static @Nullable DeviceAvailability published(ResultSet row) throws SQLException {
    String status = row.getString("availability");
    if (status == null) {
      return null;
    }
    boolean observed = row.getBoolean("observed");
    String reason = row.getString("available_reason");
    return new DeviceAvailability(
        AvailabilityStatus.valueOf(status),
        TimestampColumns.instant(row, "available_since"),
        TimestampColumns.nullableInstant(row, "last_seen"),
        observed ? reason : UNSEEN_NOW + reason,
        observed);
  }

  /**
   * A loss of many devices at once.
   *
   * @param devices how many have joined it
   * @param endedAt null while it lasts
   */
  public record ReportedIncident(Instant beganAt, @Nullable Instant endedAt, int devices) {}

  /** Returns the incidents, newest first. */
  public List<ReportedIncident> incidents(int most) {
    return jdbc.sql(
            "select began_at, ended_at, devices from availability_incident order by began_at desc"
                + " limit :most")
        .param("most", most)
        .query((row, _) ->
            new ReportedIncident(
                TimestampColumns.instant(row, "began_at"),
                TimestampColumns.nullableInstant(row, "ended_at"),
                row.getInt("devices")))
        .list();
  }

  /** Returns the history of the last 30 days. */
  public AvailabilityHistory history(HardwareId id) {
    Instant until = clock.instant();
    Instant from = until.minus(AvailabilityHistory.PERIOD);
    record Share(@Nullable Instant first, double online, double observed) {}
    Share share =
        jdbc.sql(SHARE)
            .param("device", id.value())
            .param("from", TimestampColumns.timestamp(from))
            .param("until", TimestampColumns.timestamp(until))
            .query((row, _) ->
                new Share(
                    TimestampColumns.nullableInstant(row, "first"),
                    row.getDouble("online"),
                    row.getDouble("observed")))
            .single();
    List<AvailabilityInterval> intervals =
        jdbc.sql(INTERVALS)
            .param("device", id.value())
            .param("from", TimestampColumns.timestamp(from))
            .param("most", MOST_INTERVALS)
            .query((row, _) ->
                new AvailabilityInterval(
                    AvailabilityStatus.valueOf(row.getString("availability")),
                    TimestampColumns.instant(row, "began_at"),
                    TimestampColumns.nullableInstant(row, "ended_at")))
            .list();
    return new AvailabilityHistory(
        share.first() == null ? from : share.first(),
        until,
        share.observed() > 0 ? share.online() / share.observed() : null,
        intervals);
  }
}
