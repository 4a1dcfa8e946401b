package doni.hardware;

import doni.database.TimestampColumns;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException;
import doni.secret.SecretEncryptor;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Statements about {@code hardware} that JPA cannot express. Every method needs a transaction. */
@Component
class HardwareStore {

  private final JdbcClient jdbc;

  HardwareStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Inserts new hardware. A name that is taken does not make the statement fail, so the driver
   * never logs the values of the request.
   *
   * @param properties JSON in which secrets are encrypted
   * @throws RequestRefusedException.Conflict if live hardware has that name
   */
  void insert(HardwareRecord hardware, String properties) {
    OffsetDateTime now = TimestampColumns.timestamp(hardware.createdAt());
    int inserted =
        jdbc.sql(
                """
                insert into hardware
                  (uuid, name, project_id, hardware_type, properties, labels, generation, created_at, requested_at)
                values (?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?)
                on conflict (lower(name)) where deleted_at is null do nothing
                """)
            .param(hardware.id().value())
            .param(hardware.name())
            .param(hardware.projectId())
            .param(hardware.hardwareType())
            .param(properties)
            .param(HardwareInventory.json(hardware.labels()))
            .param(hardware.generation().value())
            .param(now)
            .param(now)
            .update();
    if (inserted == 0) {
      throw RequestRefusedException.Conflict.name(hardware.name());
    }
  }

  /** Reads live hardware; nothing of it stays in the persistence context. */
  Optional<HardwareRecord> read(HardwareId id, SecretEncryptor encryptor) {
    return jdbc.sql(
            """
            select name, project_id, hardware_type, properties::text as properties,
              labels::text as labels, generation,
              created_at, updated_at
            from hardware where uuid = ? and deleted_at is null
            """)
        .param(id.value())
        .query((row, _) ->
            new HardwareRecord(
                id,
                row.getString("name"),
                row.getString("project_id"),
                row.getString("hardware_type"),
                encryptor.decryptProperties(id, row.getString("properties")),
                HardwareInventory.labels(row.getString("labels")),
                new Generation(row.getLong("generation")),
                TimestampColumns.instant(row, "created_at"),
                TimestampColumns.nullableInstant(row, "updated_at")))
        .optional();
  }

  /** Removes deleted hardware that no worker has to clean up. */
  void removeIfClean(HardwareEntity hardware) {
    jdbc.sql(
            """
            delete from hardware h where h.uuid = ?
              and not exists (select from worker_task t where t.hardware_uuid = h.uuid)
            """)
        .param(hardware.uuid)
        .update();
  }
}
