package doni.task;

import doni.database.TimestampColumns;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.secret.SecretEncryptor;
import doni.task.WorkerTask.EncryptedTask;
import doni.task.WorkerTask.LastAttempt;
import doni.task.WorkerTask.LastOutcome;
import doni.task.WorkerTask.NamesakeCleanup;
import doni.task.WorkerTask.RetryCount;
import doni.task.WorkerTask.TaskStanding;
import doni.worker.SiteListing.RecordedDevice;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads what an attempt or a plan works on, and decrypts it. */
public final class WorkerTaskReader {

  private static final TypeReference<List<List<String>>> WINDOWS = new TypeReference<>() {};
  private static final TypeReference<Map<String, Map<String, Object>>> DETAILS_BY_WORKER =
      new TypeReference<>() {};

  private static final TypeReference<Map<String, Object>> DETAILS = new TypeReference<>() {};

  private final JdbcClient jdbc;
  private final SecretEncryptor encryptor;
  private final JsonMapper json;

  public WorkerTaskReader(JdbcClient jdbc, SecretEncryptor encryptor, JsonMapper json) {
    this.jdbc = jdbc;
    this.encryptor = encryptor;
    this.json = json;
  }

  /**
   * Reads a task with its device in one statement, hence from one moment; empty when it is gone.
   *
   * @param dependencies the types of the workers whose recorded details are read too
   */
  public Optional<WorkerTask> read(
      HardwareId id, String workerType, Collection<String> dependencies) {
    return jdbc.sql(WorkerTaskSql.lane(workerType).read())
        .param(dependencies.toArray(String[]::new))
        .param(id.value())
        .param(workerType)
        .query((row, _) -> task(row))
        .optional();
  }

  /**
   * What a worker is given for an attempt.
   *
   * @param details what its earlier attempts recorded
   * @param dependencies what the workers that it depends on recorded, by their type, without
   *     secrets
   */
  public record DecryptedTask(
      Hardware hardware,
      Map<String, Object> details,
      Map<String, Map<String, Object>> dependencies) {}

  /**
   * Decrypts what the worker is given.
   *
   * @throws RuntimeException when a value cannot be decrypted
   */
  public DecryptedTask decrypt(HardwareId id, String workerType, WorkerTask task) {
    EncryptedTask stored = task.encrypted();
    Hardware hardware =
        new Hardware(
            id,
            stored.name(),
            stored.projectId(),
            stored.hardwareType(),
            encryptor.decryptProperties(id, stored.properties()),
            windows(json, stored.windows()),
            task.generation(),
            task.deleted());
    return new DecryptedTask(
        hardware,
        encryptor.decryptDetails(id, workerType, stored.details()),
        dependencies(json, stored.dependencies()));
  }

  /** Returns whether a device is quarantined now. */
  public boolean isQuarantined(HardwareId id) {
    return jdbc.sql("select 1 from hardware where uuid = ? and quarantined_at is not null")
        .param(id.value())
        .query(Integer.class)
        .optional()
        .isPresent();
  }

  /** Parses reservation windows, each of them its UUID, start and end. */
  public static List<ReservationWindow> windows(JsonMapper json, @Nullable String text) {
    if (text == null) {
      return List.of();
    }
    return json.readValue(text, WINDOWS).stream()
        .map(window ->
            new ReservationWindow(
                UUID.fromString(window.get(0)),
                OffsetDateTime.parse(window.get(1)).toInstant(),
                OffsetDateTime.parse(window.get(2)).toInstant()))
        .toList();
  }

  /**
   * Parses what workers recorded, by their type. Encrypted values are left out: they are private to
   * the worker that recorded them.
   */
  public static Map<String, Map<String, Object>> dependencies(
      JsonMapper json, @Nullable String text) {
    if (text == null) {
      return Map.of();
    }
    Map<String, Map<String, Object>> recorded = json.readValue(text, DETAILS_BY_WORKER);
    recorded.values().forEach(WorkerTaskReader::removeSecrets);
    return recorded;
  }

  private static void removeSecrets(Map<String, Object> details) {
    details
        .values()
        .removeIf(value ->
            value instanceof Map<?, ?> map && map.containsKey(SecretEncryptor.ENCRYPTED_MEMBER));
  }

  /** Reads what a worker recorded for a device, without secrets, from a row of a query. */
  public RecordedDevice recorded(ResultSet row) throws SQLException {
    Map<String, Object> details = json.readValue(row.getString("details"), DETAILS);
    removeSecrets(details);
    return new RecordedDevice(
        new HardwareId(row.getObject("uuid", UUID.class)), row.getString("name"), details);
  }

  private static WorkerTask task(ResultSet row) throws SQLException {
    UUID namesake = row.getObject("namesake", UUID.class);
    return new WorkerTask(
        new Generation(row.getLong("generation")),
        row.getBoolean("deleted"),
        row.getBoolean("quarantined"),
        new TaskStanding(
            TaskState.valueOf(row.getString("state_at_rest")),
            row.getBoolean("unattempted"),
            row.getBoolean("unsynced")),
        lastAttempt(row),
        new RetryCount(
            row.getInt("attempts"),
            row.getInt("defer_count"),
            TimestampColumns.nullableInstant(row, "waiting_since")),
        new NamesakeCleanup(
            namesake == null ? null : new HardwareId(namesake), row.getBoolean("cleanup_running")),
        row.getLong("version"),
        new EncryptedTask(
            row.getString("name"),
            row.getString("project_id"),
            row.getString("hardware_type"),
            row.getString("properties"),
            row.getString("windows"),
            row.getString("state_details"),
            row.getString("dependencies")));
  }

  private static @Nullable LastAttempt lastAttempt(ResultSet row) throws SQLException {
    String outcome = row.getString("outcome");
    if (outcome == null) {
      return null;
    }
    Instant at = TimestampColumns.nullableInstant(row, "last_attempt_at");
    // A task that was migrated may not know when it was last attempted.
    return new LastAttempt(
        LastOutcome.valueOf(outcome), row.getString("reason"), at == null ? Instant.EPOCH : at);
  }
}
