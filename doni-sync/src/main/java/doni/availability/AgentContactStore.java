package doni.availability;

import com.fasterxml.jackson.annotation.JsonProperty;
import doni.availability.AgentContacts.AgentContact;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** When agents were last in contact, and what that says about their devices. */
final class AgentContactStore {

  /** An agent asks once a minute. */
  static final Duration SILENT_AFTER = Duration.ofMinutes(3);

  private static final String RESPONDS = "the agent on the device is in contact with Doni";
  private static final String SILENT =
      "the agent on the device has not been in contact with Doni for 3 minutes";

  /** One row for each device and minute, in a few statements. */
  private static final String WRITE =
      """
      insert into agent_contact as c (hardware_uuid, contact_at)
      select h.uuid, max(n.contact_at)
      from jsonb_to_recordset(cast(:contacts as jsonb))
        as n (device uuid, credential text, contact_at timestamptz)
      join hardware h on h.uuid = n.device and h.deleted_at is null
        and h.properties ->> 'application_credential_id' = n.credential
      group by h.uuid
      order by h.uuid
      on conflict (hardware_uuid) do update set contact_at = excluded.contact_at
      where c.contact_at < excluded.contact_at - interval '45 seconds'
      """;

  private final JdbcClient jdbc;
  private final JsonMapper json;

  AgentContactStore(JdbcClient jdbc, JsonMapper json) {
    this.jdbc = jdbc;
    this.json = json;
  }

  /** A contact as the statement reads it. */
  private record ContactRow(
      UUID device, String credential, @JsonProperty("contact_at") String contactAt) {}

  /** Stores the contacts of agents; requests with another credential are none. */
  void write(Map<AgentContact, Instant> noted) {
    List<ContactRow> rows =
        noted.entrySet().stream()
            .map(it ->
                new ContactRow(
                    it.getKey().device(), it.getKey().credentialId(), it.getValue().toString()))
            .toList();
    jdbc.sql(WRITE).param("contacts", json.writeValueAsString(rows)).update();
  }

  /** Returns whether this transaction is the only one that reports, until it ends. */
  boolean claimReport() {
    return jdbc.sql("select pg_try_advisory_xact_lock(hashtextextended('agent-contacts', 0))")
        .query(Boolean.class)
        .single();
  }

  /** Returns a signal of each live device whose agent was ever in contact. */
  List<DeviceSignal> signals(Instant now) {
    Instant limit = now.minus(SILENT_AFTER);
    return jdbc.sql(
            "select c.hardware_uuid, c.contact_at from agent_contact c"
                + " join hardware h on h.uuid = c.hardware_uuid where h.deleted_at is null")
        .query((row, _) -> {
          HardwareId id = new HardwareId(row.getObject("hardware_uuid", UUID.class));
          Instant at = TimestampColumns.instant(row, "contact_at");
          return at.isAfter(limit)
              ? DeviceSignal.of(id, SignalStatus.RESPONDS, RESPONDS, at)
              : DeviceSignal.of(id, SignalStatus.SILENT, SILENT, at);
        })
        .list();
  }
}
