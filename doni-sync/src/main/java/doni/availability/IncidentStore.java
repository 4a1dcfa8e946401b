package doni.availability;

import doni.database.TimestampColumns;
import java.time.Instant;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The losses of many devices at once. Its statements run in the transaction of a pass. */
final class IncidentStore {

  private final JdbcClient jdbc;

  IncidentStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * An open incident.
   *
   * @param grownAt when a device last joined it
   * @param devices how many have joined it
   */
  record OpenIncident(long id, Instant beganAt, Instant grownAt, int devices) {}

  /** Returns how many devices have got worse since a moment, outside of any incident. */
  int lostSince(Instant moment) {
    return jdbc.sql(
            """
            select count(*) from device_availability
            where availability in ('DEGRADED', 'OFFLINE') and since > :moment and incident_id is null
            """)
        .param("moment", TimestampColumns.timestamp(moment))
        .query(Integer.class)
        .single();
  }

  Optional<OpenIncident> open() {
    return jdbc.sql(
            "select id, began_at, grown_at, devices from availability_incident where ended_at is"
                + " null")
        .query((row, _) ->
            new OpenIncident(
                row.getLong("id"),
                TimestampColumns.instant(row, "began_at"),
                TimestampColumns.instant(row, "grown_at"),
                row.getInt("devices")))
        .optional();
  }

  OpenIncident begin(Instant now) {
    long id =
        jdbc.sql(
                "insert into availability_incident (began_at, grown_at, devices) values (:now,"
                    + " :now, 0) returning id")
            .param("now", TimestampColumns.timestamp(now))
            .query(Long.class)
            .single();
    return new OpenIncident(id, now, now, 0);
  }

  void grow(OpenIncident incident, int joined, Instant now) {
    jdbc.sql(
            "update availability_incident set devices = devices + :joined, grown_at = :now where id"
                + " = :id")
        .param("joined", joined)
        .param("now", TimestampColumns.timestamp(now))
        .param("id", incident.id())
        .update();
  }

  /** Returns how many devices of an incident are not online again; deleted ones do not count. */
  int stillLost(OpenIncident incident) {
    return jdbc.sql(
            "select count(*) from device_availability where incident_id = :id and availability <>"
                + " 'ONLINE'")
        .param("id", incident.id())
        .query(Integer.class)
        .single();
  }

  /** Ends an incident; from then on, each of its devices has events of its own again. */
  void end(OpenIncident incident, Instant now) {
    jdbc.sql("update device_availability set incident_id = null where incident_id = :id")
        .param("id", incident.id())
        .update();
    jdbc.sql("update availability_incident set ended_at = :now where id = :id")
        .param("now", TimestampColumns.timestamp(now))
        .param("id", incident.id())
        .update();
  }
}
