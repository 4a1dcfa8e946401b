package doni.hardware;

import doni.database.TimestampColumns;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareView.Quarantine;
import doni.secret.SecretEncryptor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table of hardware, as reading queries select it.
 *
 * @param properties JSON, with encrypted values
 * @param labels JSON
 */
record HardwareRow(
    UUID uuid,
    String name,
    String projectId,
    String hardwareType,
    String properties,
    String labels,
    long generation,
    Instant createdAt,
    @Nullable Instant updatedAt,
    @Nullable Instant deletedAt,
    Instant requestedAt,
    @Nullable Quarantine quarantine) {

  /** The columns of table {@code h} that {@link #of} reads. */
  static final String COLUMNS =
      "h.uuid, h.name, h.project_id, h.hardware_type, h.properties::text as properties,"
          + " h.labels::text as labels,"
          + " h.generation, h.created_at, h.updated_at, h.deleted_at, h.requested_at,"
          + " h.quarantined_at, h.quarantined_by, h.quarantine_reason";

  static HardwareRow of(ResultSet row) throws SQLException {
    return new HardwareRow(
        row.getObject("uuid", UUID.class),
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        row.getString("properties"),
        row.getString("labels"),
        row.getLong("generation"),
        TimestampColumns.instant(row, "created_at"),
        TimestampColumns.nullableInstant(row, "updated_at"),
        TimestampColumns.nullableInstant(row, "deleted_at"),
        TimestampColumns.instant(row, "requested_at"),
        quarantine(row));
  }

  private static @Nullable Quarantine quarantine(ResultSet row) throws SQLException {
    Instant since = TimestampColumns.nullableInstant(row, "quarantined_at");
    return since == null
        ? null
        : new Quarantine(
            since, row.getString("quarantined_by"), row.getString("quarantine_reason"));
  }

  /** Returns the hardware, with its encrypted values decrypted when they are needed. */
  HardwareRecord record(SecretEncryptor encryptor) {
    HardwareId id = new HardwareId(uuid);
    return new HardwareRecord(
        id,
        name,
        projectId,
        hardwareType,
        encryptor.decryptProperties(id, properties),
        HardwareInventory.labels(labels),
        new Generation(generation),
        createdAt,
        updatedAt);
  }
}
