package doni.hardware;

import doni.database.ResultColumns;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException;
import doni.secret.PropertyView;
import doni.secret.SecretEncryptor;
import doni.task.TaskStatusReader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * The reading side of the inventory, in plain SQL: a device is asked for thousands of times for
 * every time it changes, and nothing of what is read is written back.
 */
@Component
public class HardwareReader {

  private static final String HARDWARE =
      "uuid, name, project_id, hardware_type, properties::text as properties, generation, created_at, updated_at, requested_at,"
          + " quarantined_at, quarantined_by, quarantine_reason";
  private static final String TASKS =
      "select t.hardware_uuid, "
          + TaskStatusReader.COLUMNS
          + " from worker_task_state t where t.hardware_uuid = any(?)";

  private final JdbcTemplate jdbc;
  private final PropertyView view;
  private final SecretEncryptor sealer;
  private final TaskStatusReader reports;

  HardwareReader(
      JdbcTemplate jdbc, PropertyView view, SecretEncryptor sealer, TaskStatusReader reports) {
    this.jdbc = jdbc;
    this.view = view;
    this.sealer = sealer;
    this.reports = reports;
  }

  /** Which device a uuid or name means; a uuid wins. Live devices only. */
  public Optional<HardwareView> find(String ref) {
    Optional<UUID> uuid = parse(ref);
    Optional<HardwareView> byUuid = uuid.flatMap(value -> one("h.uuid = ?", value));
    return byUuid.isPresent() ? byUuid : one("lower(h.name) = ?", ref.toLowerCase(Locale.ROOT));
  }

  /**
   * The uuid that a uuid or name means, without reading the device; empty when there is no such
   * live device.
   */
  public Optional<HardwareId> resolve(String ref) {
    return jdbc
        .query(
            "select uuid from hardware where deleted_at is null and (uuid = ? or lower(name) = ?) order by uuid = ? desc nulls last limit 1",
            (row, _) -> new HardwareId(row.getObject("uuid", UUID.class)),
            parse(ref).orElse(null),
            ref.toLowerCase(Locale.ROOT),
            parse(ref).orElse(null))
        .stream()
        .findFirst();
  }

  /** The uuid that a text is, whether or not it is anybody's. */
  public static Optional<HardwareId> uuid(String ref) {
    return parse(ref).map(HardwareId::new);
  }

  /** A device that was just stored, before any worker has looked at it. */
  public HardwareView fresh(HardwareRecord stored) {
    return new HardwareView(
        stored.id(),
        stored.name(),
        stored.projectId(),
        stored.hardwareType(),
        view.forOwner(stored.hardwareType(), stored.properties()),
        stored.createdAt(),
        stored.updatedAt(),
        stored.generation(),
        null,
        reports.fresh(stored.id(), stored.hardwareType(), stored.createdAt()));
  }

  /** The project of a device that is live or still being cleaned up. */
  public Optional<String> projectOf(HardwareId id) {
    return jdbc
        .query(
            "select project_id from hardware where uuid = ?",
            (row, _) -> row.getString("project_id"),
            id.value())
        .stream()
        .findFirst();
  }

  /** The windows of a live device, by their start. */
  public List<StoredWindow> windows(HardwareId id) {
    return jdbc.query(
        "select uuid, starts_at, ends_at, created_at, updated_at from availability_window where hardware_uuid = ? order by starts_at, uuid",
        (row, _) ->
            new StoredWindow(
                row.getObject("uuid", UUID.class),
                instant(row, "starts_at"),
                instant(row, "ends_at"),
                instant(row, "created_at"),
                ResultColumns.nullableInstant(row, "updated_at")),
        id.value());
  }

  /**
   * The live devices that a query asks for.
   *
   * @param projectId whose devices; null for everybody's
   * @param asExport the public view: public properties only, and no workers
   */
  public List<HardwareView> list(
      HardwareQuery query, @Nullable String projectId, boolean asExport) {
    HardwareQuerySql selection = HardwareQuerySql.of(query, projectId, marker(query));
    List<Row> rows =
        jdbc.query(
            "select " + HARDWARE + " from hardware h where " + selection.sql(),
            (row, _) -> row(row),
            selection.parameters().toArray());
    if (asExport) {
      return rows.stream().map(row -> exported(row)).toList();
    }
    Map<UUID, List<TaskStatusReader.Row>> tasks = tasks(rows);
    return rows.stream()
        .map(row -> enrollment(row, tasks.getOrDefault(row.uuid(), List.of())))
        .toList();
  }

  private Map<UUID, List<TaskStatusReader.Row>> tasks(List<Row> rows) {
    UUID[] uuids = rows.stream().map(Row::uuid).toArray(UUID[]::new);
    return jdbc
        .query(
            TASKS,
            (row, _) ->
                Map.entry(row.getObject("hardware_uuid", UUID.class), TaskStatusReader.row(row)),
            (Object) uuids)
        .stream()
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  private Optional<HardwareView> one(String condition, Object value) {
    String columns =
        Arrays.stream(HARDWARE.split(", ?")).map("h."::concat).collect(Collectors.joining(", "));
    return jdbc.query(
        "select "
            + columns
            + ", "
            + TaskStatusReader.COLUMNS
            + " from hardware h left join worker_task_state t on t.hardware_uuid = h.uuid where h.deleted_at is null and "
            + condition,
        result -> {
          Row device = null;
          List<TaskStatusReader.Row> tasks = new ArrayList<>();
          while (result.next()) {
            device = device == null ? row(result) : device;
            if (result.getString("worker_type") != null) {
              tasks.add(TaskStatusReader.row(result));
            }
          }
          return device == null
              ? Optional.<HardwareView>empty()
              : Optional.of(enrollment(device, tasks));
        },
        value);
  }

  private @Nullable PageMarker marker(HardwareQuery query) {
    if (query.marker() == null) {
      return null;
    }
    return jdbc
        .query(
            "select uuid, " + query.sortKey().sql() + " as value from hardware where uuid = ?",
            (row, _) -> new PageMarker(row.getObject("uuid", UUID.class), row.getObject("value")),
            query.marker())
        .stream()
        .findFirst()
        .orElseThrow(() ->
            new RequestRefusedException.Invalid("marker: there is no hardware " + query.marker()));
  }

  private HardwareView enrollment(Row row, List<TaskStatusReader.Row> tasks) {
    HardwareId id = new HardwareId(row.uuid());
    return new HardwareView(
        id,
        row.name(),
        row.projectId(),
        row.hardwareType(),
        view.forOwner(row.hardwareType(), sealer.openProperties(id, row.properties())),
        row.createdAt(),
        row.updatedAt(),
        new Generation(row.generation()),
        row.quarantine(),
        reports.of(id, row.hardwareType(), row.requestedAt(), tasks));
  }

  private HardwareView exported(Row row) {
    HardwareId id = new HardwareId(row.uuid());
    return new HardwareView(
        id,
        row.name(),
        row.projectId(),
        row.hardwareType(),
        view.forExport(row.hardwareType(), sealer.openProperties(id, row.properties())),
        row.createdAt(),
        row.updatedAt(),
        new Generation(row.generation()),
        null,
        List.of());
  }

  private static Optional<UUID> parse(String ref) {
    // UUID.fromString also takes "1-2-3-4-5", which would hide a device of that name.
    return ref.length() == 36 && ref.matches("[0-9a-fA-F-]{36}")
        ? Optional.of(UUID.fromString(ref))
        : Optional.empty();
  }

  private record Row(
      UUID uuid,
      String name,
      String projectId,
      String hardwareType,
      String properties,
      long generation,
      Instant createdAt,
      @Nullable Instant updatedAt,
      Instant requestedAt,
      @Nullable Quarantine quarantine) {}

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        row.getObject("uuid", UUID.class),
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        row.getString("properties"),
        row.getLong("generation"),
        instant(row, "created_at"),
        ResultColumns.nullableInstant(row, "updated_at"),
        instant(row, "requested_at"),
        quarantine(row));
  }

  private static @Nullable Quarantine quarantine(ResultSet row) throws SQLException {
    Instant since = ResultColumns.nullableInstant(row, "quarantined_at");
    return since == null
        ? null
        : new Quarantine(
            since, row.getString("quarantined_by"), row.getString("quarantine_reason"));
  }

  public static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
