package doni.migration;

import doni.database.ResultColumns;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.hardware.WindowRecord;
import doni.secret.SecretEncryptor;
import doni.task.QueuePriority;
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
import tools.jackson.databind.json.JsonMapper;

/**
 * Migrated devices in the inventory's tables. A device keeps its uuid and dates, which is why this
 * does not go through {@link doni.hardware.HardwareInventory}; its rows come whole or, where its
 * uuid or name is taken, not at all.
 *
 * <p>Each statement writes a whole batch, given as one JSON array.
 */
final class MigratedRows {

  static final String EVENT = "hardware.migrated";

  private static final String HARDWARE =
      """
      insert into hardware
        (uuid, name, project_id, hardware_type, properties, generation, created_at, updated_at, deleted_at, requested_at)
      select r.uuid, r.name, r.project_id, r.hardware_type, r.properties::jsonb, 1,
        r.created_at, r.updated_at, r.deleted_at, ?::timestamptz
      from jsonb_to_recordset(?::jsonb) as r(uuid uuid, name text, project_id text, hardware_type text, properties text,
        created_at timestamptz, updated_at timestamptz, deleted_at timestamptz)
      on conflict do nothing
      returning uuid
      """;

  private static final String WINDOWS =
      """
      insert into availability_window (uuid, hardware_uuid, starts_at, ends_at, created_at, updated_at)
      select * from jsonb_to_recordset(?::jsonb) as r(uuid uuid, hardware_uuid uuid, starts_at timestamptz,
        ends_at timestamptz, created_at timestamptz, updated_at timestamptz)
      """;

  private static final String TASKS =
      """
      insert into worker_task (hardware_uuid, worker_type, state_details, served_generation, synced_generation, outcome,
        reason, waiting_since, attempts, defer_count, last_attempt_at, last_success_at, next_attempt_at)
      select r.hardware_uuid, r.worker_type, r.state_details::jsonb, r.served, r.synced, r.outcome, r.reason,
        r.waiting_since, r.attempts, r.defer_count, r.last_attempt_at, r.last_success_at, ?::timestamptz
      from jsonb_to_recordset(?::jsonb) as r(hardware_uuid uuid, worker_type text, state_details text, served bigint,
        synced bigint, outcome text, reason text, waiting_since timestamptz, attempts integer, defer_count integer,
        last_attempt_at timestamptz, last_success_at timestamptz)
      """;

  // In the background: changes by people come first.
  private static final String QUEUE =
      """
      insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
      select r.worker_type, r.hardware_uuid, ?::timestamptz, false, 1, ?
      from jsonb_to_recordset(?::jsonb) as r(hardware_uuid text, worker_type text, queued boolean) where r.queued
      on conflict (task_name, task_instance) do nothing
      """;

  private static final String EVENTS =
      """
      insert into event (hardware_uuid, at, kind, generation, body)
      select r.uuid, ?::timestamptz, ?, 1, jsonb_build_object(
        'name', r.name, 'hardware_type', r.hardware_type, 'deleted', r.deleted_at is not null)
      from jsonb_to_recordset(?::jsonb) as r(uuid uuid, name text, hardware_type text, deleted_at timestamptz)
      """;

  private final JdbcClient jdbc;
  private final SecretEncryptor encryptor;
  private final JsonMapper json;

  MigratedRows(JdbcClient jdbc, SecretEncryptor encryptor, JsonMapper json) {
    this.jdbc = jdbc;
    this.encryptor = encryptor;
    this.json = json;
  }

  /**
   * Stores devices with all that belongs to them, due now, behind what people ask for.
   *
   * @return those that are stored; the uuid or the name of the others is taken
   */
  Set<HardwareId> insert(Collection<MigratedDevice> devices, Instant now) {
    List<Map<String, Object>> rows = devices.stream().map(this::hardware).toList();
    Set<HardwareId> stored =
        new HashSet<>(
            jdbc.sql(HARDWARE)
                .param(now.toString())
                .param(text(rows))
                .query((row, _) -> new HardwareId(row.getObject("uuid", UUID.class)))
                .list());
    List<MigratedDevice> taken =
        devices.stream().filter(device -> stored.contains(device.id())).toList();
    List<Map<String, Object>> tasks =
        taken.stream().flatMap(d -> d.tasks().stream().map(t -> task(d, t))).toList();
    jdbc.sql(WINDOWS)
        .param(
            text(taken.stream().flatMap(d -> d.windows().stream().map(w -> window(d, w))).toList()))
        .update();
    jdbc.sql(TASKS).param(now.toString()).param(text(tasks)).update();
    jdbc.sql(QUEUE)
        .param(now.toString())
        .param(QueuePriority.BACKGROUND)
        .param(text(tasks))
        .update();
    jdbc.sql(EVENTS)
        .param(now.toString())
        .param(EVENT)
        .param(text(taken.stream().map(this::hardware).toList()))
        .update();
    return stored;
  }

  private Map<String, Object> hardware(MigratedDevice device) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", device.id().toString());
    row.put("name", device.name());
    row.put("project_id", device.projectId());
    row.put("hardware_type", device.hardwareType());
    row.put(
        "properties",
        encryptor.sealProperties(device.id(), device.hardwareType(), device.properties()));
    put(row, "created_at", device.createdAt());
    put(row, "updated_at", device.updatedAt());
    put(row, "deleted_at", device.deletedAt());
    return row;
  }

  private static Map<String, Object> window(MigratedDevice device, WindowRecord stored) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", stored.window().uuid().toString());
    row.put("hardware_uuid", device.id().toString());
    put(row, "starts_at", stored.window().start());
    put(row, "ends_at", stored.window().end());
    put(row, "created_at", stored.createdAt());
    put(row, "updated_at", stored.updatedAt());
    return row;
  }

  private Map<String, Object> task(MigratedDevice device, MigratedTask task) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("hardware_uuid", device.id().toString());
    row.put("worker_type", task.workerType());
    row.put("state_details", encryptor.sealDetails(device.id(), task.workerType(), task.details()));
    row.put("served", task.ending().served);
    row.put("synced", task.ending().synced);
    put(row, "outcome", task.ending().outcome);
    put(row, "reason", task.reason());
    put(row, "waiting_since", task.waitingSince());
    row.put("attempts", task.attempts());
    row.put("defer_count", task.deferCount());
    put(row, "last_attempt_at", task.lastAttemptAt());
    put(row, "last_success_at", task.lastSuccessAt());
    row.put("queued", task.queued());
    return row;
  }

  private static void put(Map<String, Object> row, String column, @Nullable Object value) {
    if (value != null) {
      row.put(column, value.toString());
    }
  }

  private String text(List<Map<String, Object>> rows) {
    return json.writeValueAsString(rows);
  }

  /**
   * A device as it is stored.
   *
   * @param generation 1 until it is changed here
   */
  record Stored(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      long generation,
      Instant createdAt,
      @Nullable Instant updatedAt,
      @Nullable Instant deletedAt,
      List<WindowRecord> windows) {

    /**
     * As {@link MigratedDevice#enrollment}.
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

  /** Those of the devices that are stored, decrypted. */
  Map<HardwareId, Stored> stored(Collection<HardwareId> ids) {
    UUID[] uuids = uuids(ids);
    Map<UUID, List<WindowRecord>> windows = new HashMap<>();
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
    Map<HardwareId, Stored> found = new LinkedHashMap<>();
    RowCallbackHandler addHardware =
        row -> {
          Stored stored =
              stored(row, windows.getOrDefault(row.getObject("uuid", UUID.class), List.of()));
          found.put(stored.id(), stored);
        };
    jdbc.sql(
            "select uuid, name, project_id, hardware_type, properties::text as properties,"
                + " generation, created_at, updated_at, deleted_at from hardware where uuid ="
                + " any(?)")
        .param(uuids)
        .query(addHardware);
    return found;
  }

  private Stored stored(ResultSet row, List<WindowRecord> windows) throws SQLException {
    HardwareId id = new HardwareId(row.getObject("uuid", UUID.class));
    return new Stored(
        id,
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        encryptor.openProperties(id, row.getString("properties")),
        row.getLong("generation"),
        ResultColumns.instant(row, "created_at"),
        ResultColumns.nullableInstant(row, "updated_at"),
        ResultColumns.nullableInstant(row, "deleted_at"),
        windows);
  }

  private static WindowRecord window(ResultSet row) throws SQLException {
    return new WindowRecord(
        new ReservationWindow(
            row.getObject("uuid", UUID.class),
            ResultColumns.instant(row, "starts_at"),
            ResultColumns.instant(row, "ends_at")),
        ResultColumns.instant(row, "created_at"),
        ResultColumns.nullableInstant(row, "updated_at"));
  }

  /** What {@link MigratedDevice#work} is of the tasks that are stored. */
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
                      ResultColumns.nullableInstant(row, "last_attempt_at"),
                      encryptor.openDetails(id, worker, row.getString("state_details"))));
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

  /** Those of the devices that have a history here, whether or not they are still here. */
  Set<HardwareId> known(Collection<HardwareId> ids) {
    return new HashSet<>(
        jdbc.sql("select distinct hardware_uuid from event where hardware_uuid = any(?)")
            .param(uuids(ids))
            .query((row, _) -> new HardwareId(row.getObject("hardware_uuid", UUID.class)))
            .list());
  }

  /** Which live device has that name. */
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
