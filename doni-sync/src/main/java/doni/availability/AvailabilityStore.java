package doni.availability;

import doni.availability.AvailabilityRule.SourceSignal;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.database.TimestampColumns;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.worker.DeviceSignal.SignalStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The statements of {@link AvailabilityMonitor}; all of one pass run in one transaction. */
final class AvailabilityStore {

  /** More devices wait for the next pass, a second later. */
  private static final int MOST_DEVICES = 20_000;

  private static final String DUE =
      """
      select hardware_uuid from device_availability
      where assess_at <= :until and exists (select from device_availability where assess_at <= :now)
      order by hardware_uuid limit :most for update
      """;

  private static final String SIGNALS =
      """
      select a.hardware_uuid, h.name, h.generation, a.availability, a.since, a.reason as published_reason,
        a.incident_id, s.source, s.status, s.reason, s.since as signal_since,
        case when s.source = 'agent' and s.status = 'RESPONDS' then g.contact_at else c.confirmed_at end as confirmed_at
      from device_availability a
      join hardware h on h.uuid = a.hardware_uuid
      left join device_signal s on s.hardware_uuid = a.hardware_uuid
      left join device_signal_source c on c.source = s.source
      left join agent_contact g on g.hardware_uuid = s.hardware_uuid and s.source = 'agent'
      where a.hardware_uuid = any(:devices) and h.deleted_at is null
      order by a.hardware_uuid
      """;

  private static final String FORGET_DELETED =
      """
      update device_availability a set assess_at = null, incident_id = null
      from hardware h
      where a.hardware_uuid = any(:devices) and h.uuid = a.hardware_uuid and h.deleted_at is not null
      """;

  private static final String PUBLISH =
      """
      update device_availability a set availability = n.availability, since = n.since, reason = n.reason,
        assess_at = n.assess_at, incident_id = n.incident_id
      from unnest(:devices, :statuses, cast(:since as timestamptz[]), :reasons,
          cast(:assess_at as timestamptz[]), cast(:incidents as bigint[]))
        as n (device, availability, since, reason, assess_at, incident_id)
      where a.hardware_uuid = n.device
      """;

  private static final String END_INTERVALS =
      "update availability_interval set ended_at = :now where hardware_uuid = any(:devices) and"
          + " ended_at is null";

  private static final String BEGIN_INTERVALS =
      """
      insert into availability_interval as i (hardware_uuid, began_at, availability)
      select device, :now, availability from unnest(:devices, :statuses) as n (device, availability)
      on conflict (hardware_uuid, began_at) do update set availability = excluded.availability, ended_at = null
      """;

  private final JdbcClient jdbc;

  AvailabilityStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * A device that is due, locked until the transaction ends.
   *
   * @param published what clients see now
   * @param incident the open incident in which it was lost
   */
  record DueDevice(
      HardwareId id,
      String name,
      Generation generation,
      AvailabilityStatus published,
      Instant since,
      String reason,
      @Nullable Long incident,
      List<SourceSignal> signals) {}

  /**
   * What is to be published about a device.
   *
   * @param assessAt when to assess it again; null while its signals stay the same
   */
  record Publication(
      DueDevice device,
      AvailabilityStatus status,
      Instant since,
      String reason,
      @Nullable Instant assessAt,
      @Nullable Long incident) {

    boolean changes() {
      return status != device.published();
    }

    boolean worsens() {
      return changes() && status.isWorseThan(device.published());
    }

    Publication in(@Nullable Long newIncident) {
      return new Publication(device, status, since, reason, assessAt, newIncident);
    }
  }

  /** Returns whether this transaction is the only one that publishes, until it ends. */
  boolean claimPass() {
    return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('device-availability', 0))")
        .query(Boolean.class)
        .single();
  }

  /**
   * Locks and reads the devices that are due; if any is, also those that are due within a moment. A
   * signal that is written later waits for the lock and makes its device due again.
   */
  List<DueDevice> due(Instant now, Duration moment) {
    UUID[] devices =
        jdbc.sql(DUE)
            .param("now", TimestampColumns.timestamp(now))
            .param("until", TimestampColumns.timestamp(now.plus(moment)))
            .param("most", MOST_DEVICES)
            .query(UUID.class)
            .list()
            .toArray(UUID[]::new);
    if (devices.length == 0) {
      return List.of();
    }
    jdbc.sql(FORGET_DELETED).param("devices", devices).update();
    Map<UUID, DueDevice> found = new LinkedHashMap<>();
    jdbc.sql(SIGNALS)
        .param("devices", devices)
        .query(row -> {
          UUID uuid = row.getObject("hardware_uuid", UUID.class);
          DueDevice device = found.get(uuid);
          if (device == null) {
            device = dueDevice(uuid, row);
            found.put(uuid, device);
          }
          if (row.getString("source") != null) {
            device.signals().add(signal(row));
          }
        });
    return List.copyOf(found.values());
  }

  private static DueDevice dueDevice(UUID uuid, ResultSet row) throws SQLException {
    return new DueDevice(
        new HardwareId(uuid),
        row.getString("name"),
        new Generation(row.getLong("generation")),
        AvailabilityStatus.valueOf(row.getString("availability")),
        TimestampColumns.instant(row, "since"),
        row.getString("published_reason"),
        row.getObject("incident_id", Long.class),
        new ArrayList<>());
  }

  private static SourceSignal signal(ResultSet row) throws SQLException {
    return new SourceSignal(
        row.getString("source"),
        SignalStatus.valueOf(row.getString("status")),
        row.getString("reason"),
        TimestampColumns.instant(row, "signal_since"),
        TimestampColumns.nullableInstant(row, "confirmed_at"));
  }

  /** Gives each device that has none a row, so that a filter finds it. */
  void addNewDevices() {
    jdbc.sql(
            """
            insert into device_availability (hardware_uuid, availability, since, reason)
            select h.uuid, 'NEVER_SEEN', h.created_at, :unknown from hardware h
            where h.deleted_at is null
              and not exists (select from device_availability a where a.hardware_uuid = h.uuid)
            order by h.uuid
            on conflict (hardware_uuid) do nothing
            """)
        .param("unknown", DeviceAvailability.UNKNOWN_DEVICE)
        .update();
  }

  void publish(Collection<Publication> publications, Instant now) {
    List<Publication> all = List.copyOf(publications);
    jdbc.sql(PUBLISH)
        .param("devices", devices(all))
        .param("statuses", all.stream().map(it -> it.status().name()).toArray(String[]::new))
        .param("since", times(all.stream().map(Publication::since).toList()))
        .param("reasons", all.stream().map(Publication::reason).toArray(String[]::new))
        .param(
            "assess_at", times(all.stream().<@Nullable Instant>map(Publication::assessAt).toList()))
        .param("incidents", all.stream().map(Publication::incident).toArray(Long[]::new))
        .update();
    List<Publication> changed = all.stream().filter(Publication::changes).toList();
    if (!changed.isEmpty()) {
      OffsetDateTime at = TimestampColumns.timestamp(now);
      jdbc.sql(END_INTERVALS).param("now", at).param("devices", devices(changed)).update();
      jdbc.sql(BEGIN_INTERVALS)
          .param("now", at)
          .param("devices", devices(changed))
          .param("statuses", changed.stream().map(it -> it.status().name()).toArray(String[]::new))
          .update();
    }
  }

  private static UUID[] devices(List<Publication> publications) {
    return publications.stream().map(it -> it.device().id().value()).toArray(UUID[]::new);
  }

  /** The driver sends no arrays of times. */
  private static @Nullable String[] times(List<? extends @Nullable Instant> instants) {
    return instants.stream()
        .map(instant -> instant == null ? null : instant.toString())
        .toArray(String[]::new);
  }

  /** Removes what ended before a moment. */
  int removeEndedBefore(Instant moment) {
    OffsetDateTime limit = TimestampColumns.timestamp(moment);
    jdbc.sql("delete from availability_incident where ended_at < :moment")
        .param("moment", limit)
        .update();
    return jdbc.sql("delete from availability_interval where ended_at < :moment")
        .param("moment", limit)
        .update();
  }
}
