package doni.webhook;

import doni.enrollment.HardwareId;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads the names of devices, also of deleted ones while their events are kept. */
final class DeviceNameReader {

  private final JdbcClient jdbc;

  DeviceNameReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  Optional<String> of(HardwareId id) {
    return jdbc.sql(
            """
            select coalesce(
              (select name from hardware where uuid = :id),
              (select body ->> 'name' from event
                where hardware_uuid = :id and jsonb_typeof(body -> 'name') = 'string' order by id desc limit 1))
            """)
        .param("id", id.value())
        .query(String.class)
        .optional();
  }
}
