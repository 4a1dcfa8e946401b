package doni.migration;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.hardware.ReservationWindowRecord;
import doni.secret.SecretEncryptor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowCallbackHandler;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads back what is stored of migrated hardware, to compare it with the original before a batch is
 * committed.
 */
final class MigratedHardwareReader {

  private final JdbcClient jdbc;
  private final SecretEncryptor encryptor;

  MigratedHardwareReader(JdbcClient jdbc, SecretEncryptor encryptor) {
    this.jdbc = jdbc;
    this.encryptor = encryptor;
  }

  /**
   * Hardware as it is stored.
   *
   * @param generation 1 until it is changed here
   */
  record ComparedHardware(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      long generation,
      Instant createdAt,
      @Nullable Instant updatedAt,
      @Nullable Instant deletedAt,
      List<ReservationWindowRecord> windows) {

    /**
     * As {@link MigratedHardware#enrollment}.
     *
     * @param issued properties that do not count
     */
    MigrationChecksum enrollment(Set<String> issued) {
      Map<String, Object> original = new LinkedHashMap<>(properties);
      original.keySet().removeAll(issued);
      return MigrationChecksum.ofEnrollment(
          id, name, projectId, hardwareType, original, createdAt, updatedAt, deletedAt, windows);
    }
  }

  /** Returns those of the devices that are stored, decrypted. */
  Map<HardwareId, ComparedHardware> stored(Collection<HardwareId> ids) {
    UUID[] uuids = uuids(ids);
    Map<UUID, List<ReservationWindowRecord>> windows = new HashMap<>();
    RowCallbackHandler addWindow =
        row ->
            windows
                .computeIfAbsent(row.getObject("hardware_uuid", UUID.class), _ -> new ArrayList<>())
                .add(window(row));
    jdbc.sql(
            "select hardware_uuid, uuid, starts_at, ends_at, created_at, updated_at from"
                + " availability_window where hardware_uuid = any(?)")
        .param(uuids)
        .query(addWindow);
    Map<HardwareId, ComparedHardware> found = new LinkedHashMap<>();
    RowCallbackHandler addHardware =
        row -> {
          ComparedHardware storedHardware =
              stored(row, windows.getOrDefault(row.getObject("uuid", UUID.class), List.of()));
          found.put(storedHardware.id(), storedHardware);
        };
    jdbc.sql(
            "select uuid, name, project_id, hardware_type, properties::text as properties,"
                + " generation, created_at, updated_at, deleted_at from hardware where uuid ="
                + " any(?)")
        .param(uuids)
        .query(addHardware);
    return found;
  }

  private ComparedHardware stored(ResultSet row, List<ReservationWindowRecord> windows)
      throws SQLException {
    HardwareId id = new HardwareId(row.getObject("uuid", UUID.class));
    return new ComparedHardware(
        id,
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        encryptor.decryptProperties(id, row.getString("properties")),
        row.getLong("generation"),
        TimestampColumns.instant(row, "created_at"),
        TimestampColumns.nullableInstant(row, "updated_at"),
        TimestampColumns.nullableInstant(row, "deleted_at"),
        windows);
  }

  private static ReservationWindowRecord window(ResultSet row) throws SQLException {
    return new ReservationWindowRecord(
        new ReservationWindow(
            row.getObject("uuid", UUID.class),
            TimestampColumns.instant(row, "starts_at"),
            TimestampColumns.instant(row, "ends_at")),
        TimestampColumns.instant(row, "created_at"),
        TimestampColumns.nullableInstant(row, "updated_at"));
  }

  /** Returns the checksums of the stored tasks, comparable with {@link MigratedHardware#work}. */
  Map<HardwareId, MigrationChecksum> work(Collection<HardwareId> ids) {
    Map<HardwareId, Map<String, Object>> byDevice = new HashMap<>();
    RowCallbackHandler add =
        row -> {
          HardwareId id = new HardwareId(row.getObject("hardware_uuid", UUID.class));
          String worker = row.getString("worker_type");
          byDevice
              .computeIfAbsent(id, _ -> new LinkedHashMap<>())
              .put(
                  worker,
                  MigrationChecksum.task(
                      row.getLong("served_generation"),
                      row.getLong("synced_generation"),
                      row.getString("outcome"),
                      row.getString("reason"),
                      row.getInt("defer_count"),
                      TimestampColumns.nullableInstant(row, "last_attempt_at"),
                      encryptor.decryptDetails(id, worker, row.getString("state_details"))));
        };
    jdbc.sql(
            "select hardware_uuid, worker_type, state_details::text as state_details,"
                + " served_generation, synced_generation, outcome, reason, defer_count,"
                + " last_attempt_at from worker_task where hardware_uuid = any(?)")
        .param(uuids(ids))
        .query(add);
    Map<HardwareId, MigrationChecksum> work = new HashMap<>();
    ids.forEach(id -> work.put(id, MigrationChecksum.of(byDevice.getOrDefault(id, Map.of()))));
    return work;
  }

  /** Returns those of the devices that have events here, whether or not they still exist. */
  Set<HardwareId> known(Collection<HardwareId> ids) {
    return new HashSet<>(
        jdbc.sql("select distinct hardware_uuid from event where hardware_uuid = any(?)")
            .param(uuids(ids))
            .query((row, _) -> new HardwareId(row.getObject("hardware_uuid", UUID.class)))
            .list());
  }

  /** Returns the live device with this name. */
  @Nullable HardwareId holderOf(String name) {
    return jdbc.sql("select uuid from hardware where deleted_at is null and lower(name) = lower(?)")
        .param(name)
        .query((row, _) -> new HardwareId(row.getObject("uuid", UUID.class)))
        .optional()
        .orElse(null);
  }

  private static UUID[] uuids(Collection<HardwareId> ids) {
    return ids.stream().map(HardwareId::value).toArray(UUID[]::new);
  }
}
