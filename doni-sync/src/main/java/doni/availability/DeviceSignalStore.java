package doni.availability;

import com.fasterxml.jackson.annotation.JsonProperty;
import doni.database.TimestampColumns;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * The last signal of each source about each device. Writes only what differs from what is stored;
 * each difference makes the device due for {@link AvailabilityMonitor}.
 */
final class DeviceSignalStore {

  /**
   * How long a change waits for others: the loss of many devices is seen as one, and a change that
   * is taken back at once is not seen at all.
   */
  static final Duration COLLECT = Duration.ofMillis(1_500);

  /**
   * A complete report was read before it is written, and a replica may have reported a change in
   * between; that change stays.
   */
  private static final String WRITE =
      """
      with reported as (
        select * from jsonb_to_recordset(cast(:signals as jsonb))
          as r (device text, status text, reason text, responded_at timestamptz)),
      matched as (
        select h.uuid, r.status, r.reason, r.responded_at
        from reported r
        join hardware h on %s and h.deleted_at is null
        %s),
      absent as (
        select t.hardware_uuid as uuid,
          case when o.status <> 'NEVER_RESPONDED' then 'SILENT' else 'NEVER_RESPONDED' end as status,
          cast(:absence as text) as reason, cast(null as timestamptz) as responded_at
        from worker_task t
        join hardware h on h.uuid = t.hardware_uuid and h.deleted_at is null
        left join device_signal o on o.hardware_uuid = t.hardware_uuid and o.source = :source
        where t.worker_type = :source and :complete and cast(:absence as text) is not null
          and not exists (select from matched m where m.uuid = t.hardware_uuid)),
      wanted as (select * from matched union all select * from absent),
      written as (
        insert into device_signal as s (hardware_uuid, source, status, reason, since, responded_at)
        select w.uuid, :source, w.status, w.reason, :now, w.responded_at
        from wanted w
        left join device_signal o on o.hardware_uuid = w.uuid and o.source = :source
        where o.hardware_uuid is null
          or ((o.status, o.reason) is distinct from (w.status, w.reason) and (not :complete or o.since <= :as_of))
        order by w.uuid
        on conflict (hardware_uuid, source) do update set
          status = excluded.status,
          reason = excluded.reason,
          since = case when s.status = excluded.status then s.since else excluded.since end,
          responded_at = greatest(excluded.responded_at, s.responded_at,
            case when s.status in ('RESPONDS', 'IMPAIRED') then greatest(s.since,
              (select confirmed_at from device_signal_source where source = :source)) end)
        returning s.hardware_uuid),
      -- Not shown to us any more: says nothing, not even what it said before.
      hidden as (
        delete from device_signal o
        where o.source = :source and :complete and cast(:absence as text) is null and o.since <= :as_of
          and not exists (select from matched m where m.uuid = o.hardware_uuid)
        returning o.hardware_uuid)
      insert into device_availability as a (hardware_uuid, availability, since, reason, assess_at)
      select h.uuid, 'NEVER_SEEN', h.created_at, :unknown, :assess_at
      from (select hardware_uuid from written union select hardware_uuid from hidden) c
      join hardware h on h.uuid = c.hardware_uuid
      order by h.uuid
      on conflict (hardware_uuid) do update set assess_at = least(a.assess_at, excluded.assess_at)
      """;

  /** A worker speaks of the devices that it serves. */
  private static final String SERVED =
      "join worker_task t on t.hardware_uuid = h.uuid and t.worker_type = :source";

  private static final String UUID_MATCHES = "h.uuid = cast(r.device as uuid)";
  private static final String BY_NAME = WRITE.formatted("lower(h.name) = r.device", SERVED);
  private static final String BY_ID = WRITE.formatted(UUID_MATCHES, SERVED);
  private static final String OF_AGENTS = WRITE.formatted(UUID_MATCHES, "");

  /** A lane's listing began when its turn was claimed. */
  private static final String CONFIRM =
      """
      insert into device_signal_source as s (source, confirmed_at) values (:source, :as_of)
      on conflict (source) do update set confirmed_at = greatest(s.confirmed_at, excluded.confirmed_at)
      """;

  /** What a source said before it was blind is evidence again, also where it says the same. */
  private static final String RECOVER =
      """
      with judged_without as (
        select a.hardware_uuid from device_availability a
        join device_signal s on s.hardware_uuid = a.hardware_uuid and s.source = :source
        where exists (select from device_signal_source where source = :source and confirmed_at < :blind)
        order by a.hardware_uuid for update of a)
      update device_availability a set assess_at = least(a.assess_at, :assess_at)
      from judged_without j where a.hardware_uuid = j.hardware_uuid
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final JsonMapper json;
  private final Clock clock;

  DeviceSignalStore(
      JdbcClient jdbc, TransactionTemplate transaction, JsonMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.json = json;
    this.clock = clock;
  }

  /** Stores what changed, of devices that are identified by their names. */
  void writeChanged(String source, Collection<DeviceSignal> signals) {
    write(source, new SignalReport(true, null, signals), false, clock.instant());
  }

  /** Stores a listing that began at a moment, and confirms its source. */
  void writeListed(String source, SignalReport report, Instant asOf) {
    transaction.executeWithoutResult(_ -> {
      write(source, report, true, asOf);
      Instant now = clock.instant();
      jdbc.sql(RECOVER)
          .param("source", source)
          .param("blind", TimestampColumns.timestamp(now.minus(AvailabilityRule.BLIND_AFTER)))
          .param("assess_at", TimestampColumns.timestamp(now.plus(COLLECT)))
          .update();
      jdbc.sql(CONFIRM)
          .param("source", source)
          .param("as_of", TimestampColumns.timestamp(asOf))
          .update();
    });
  }

  private void write(String source, SignalReport report, boolean complete, Instant asOf) {
    Instant now = clock.instant();
    Map<String, SignalRow> rows = new LinkedHashMap<>();
    report.signals().forEach(signal -> rows.put(signal.device(), SignalRow.of(signal)));
    jdbc.sql(statement(source, report))
        .param("signals", json.writeValueAsString(rows.values()))
        .param("source", source)
        .param("complete", complete)
        .param("absence", report.absence())
        .param("as_of", TimestampColumns.timestamp(asOf))
        .param("now", TimestampColumns.timestamp(now))
        .param("assess_at", TimestampColumns.timestamp(now.plus(COLLECT)))
        .param("unknown", DeviceAvailability.UNKNOWN_DEVICE)
        .update();
  }

  private static String statement(String source, SignalReport report) {
    if (source.equals(AvailabilityRule.AGENT)) {
      return OF_AGENTS;
    }
    return report.byName() ? BY_NAME : BY_ID;
  }

  /** A signal as the statement reads it. */
  private record SignalRow(
      String device,
      String status,
      String reason,
      @JsonProperty("responded_at") @Nullable String respondedAt) {

    static SignalRow of(DeviceSignal signal) {
      Instant at = signal.respondedAt();
      return new SignalRow(
          signal.device(),
          signal.status().name(),
          signal.reason(),
          at == null ? null : at.toString());
    }
  }
}
