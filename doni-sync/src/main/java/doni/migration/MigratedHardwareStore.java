package doni.migration;

import doni.enrollment.HardwareId;
import doni.hardware.ReservationWindowRecord;
import doni.secret.SecretEncryptor;
import doni.task.QueuePriority;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Migrated devices in the inventory's tables. A device keeps its uuid and dates, which is why this
 * does not go through {@link doni.hardware.HardwareInventory}; its rows come whole or, where its
 * uuid or name is taken, not at all.
 *
 * <p>Each statement writes a whole batch, given as one JSON array.
 */
final class MigratedHardwareStore {

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

  MigratedHardwareStore(JdbcClient jdbc, SecretEncryptor encryptor, JsonMapper json) {
    this.jdbc = jdbc;
    this.encryptor = encryptor;
    this.json = json;
  }

  /**
   * Stores devices with all that belongs to them, due now, behind what people ask for.
   *
   * @return those that are stored; the uuid or the name of the others is taken
   */
  Set<HardwareId> insert(Collection<MigratedHardware> devices, Instant now) {
    List<Map<String, Object>> rows = devices.stream().map(this::hardware).toList();
    Set<HardwareId> stored =
        new HashSet<>(
            jdbc.sql(HARDWARE)
                .param(now.toString())
                .param(text(rows))
                .query((row, _) -> new HardwareId(row.getObject("uuid", UUID.class)))
                .list());
    List<MigratedHardware> taken =
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

  private Map<String, Object> hardware(MigratedHardware device) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", device.id().toString());
    row.put("name", device.name());
    row.put("project_id", device.projectId());
    row.put("hardware_type", device.hardwareType());
    row.put(
        "properties",
        encryptor.encryptProperties(device.id(), device.hardwareType(), device.properties()));
    put(row, "created_at", device.createdAt());
    put(row, "updated_at", device.updatedAt());
    put(row, "deleted_at", device.deletedAt());
    return row;
  }

  private static Map<String, Object> window(
      MigratedHardware device, ReservationWindowRecord stored) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", stored.window().uuid().toString());
    row.put("hardware_uuid", device.id().toString());
    put(row, "starts_at", stored.window().start());
    put(row, "ends_at", stored.window().end());
    put(row, "created_at", stored.createdAt());
    put(row, "updated_at", stored.updatedAt());
    return row;
  }

  private Map<String, Object> task(MigratedHardware device, MigratedWorkerTask task) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("hardware_uuid", device.id().toString());
    row.put("worker_type", task.workerType());
    row.put(
        "state_details", encryptor.encryptDetails(device.id(), task.workerType(), task.details()));
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
}
