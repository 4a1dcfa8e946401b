package doni.hardware;

import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailabilityReader;
import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.hardware.HardwareView.Quarantine;
import doni.policy.PolicyTarget;
import doni.secret.KeyedHash;
import doni.secret.MaskedPropertyView;
import doni.secret.SecretEncryptor;
import doni.task.TaskStatusReader;
import doni.task.TaskStatusReader.TaskStatusRow;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The reading side of the inventory, in plain SQL: hardware is read thousands of times for every
 * change, and nothing that is read is written back.
 */
@Component
public class HardwareReader {

  private static final int UUID_LENGTH = 36;
  private static final String TASKS =
      "select t.hardware_uuid, "
          + TaskStatusReader.COLUMNS
          + " from worker_task_state t where t.hardware_uuid ";

  private static final Base64.Encoder VERSION = Base64.getUrlEncoder().withoutPadding();

  /** Makes two versions of one device equal by chance once in 2^96 changes. */
  private static final int VERSION_BYTES = 12;

  private final JdbcClient jdbc;
  private final MaskedPropertyView view;
  private final SecretEncryptor encryptor;
  private final TaskStatusReader tasks;
  private final DeviceAvailabilityReader availability;
  private final KeyedHash versionHash;

  HardwareReader(
      JdbcClient jdbc,
      MaskedPropertyView view,
      SecretEncryptor encryptor,
      TaskStatusReader tasks,
      DeviceAvailabilityReader availability,
      KeyedHash versionHash) {
    this.jdbc = jdbc;
    this.view = view;
    this.encryptor = encryptor;
    this.tasks = tasks;
    this.availability = availability;
    this.versionHash = versionHash;
  }

  /** Returns the live hardware that a uuid or a name refers to; a uuid wins. */
  public Optional<HardwareView> find(String ref) {
    return stored(ref).map(this::view);
  }

  /** Returns the deleted hardware of that uuid, while its workers clean up. */
  Optional<HardwareView> findDeleted(HardwareId id) {
    return storedDeleted(id).map(this::view);
  }

  /** As {@link #find}, as it is stored. */
  Optional<StoredHardware> stored(String ref) {
    Optional<UUID> uuid = parse(ref);
    Optional<StoredHardware> byUuid =
        uuid.flatMap(value -> one("h.deleted_at is null and h.uuid = ?", value));
    return byUuid.or(
        () -> one("h.deleted_at is null and lower(h.name) = ?", ref.toLowerCase(Locale.ROOT)));
  }

  /** As {@link #findDeleted}, as it is stored. */
  Optional<StoredHardware> storedDeleted(HardwareId id) {
    return one("h.deleted_at is not null and h.uuid = ?", id.value());
  }

  /**
   * Returns the version of hardware for a caller, see {@link VersionedHardware}. The hash is keyed,
   * because what it depends on may hold secrets that the caller must not verify a guess with.
   *
   * @param masked whether the caller sees {@link #masked}
   */
  String version(StoredHardware stored, boolean masked) {
    byte[] hash =
        versionHash.of(
            stored.versioned()
                + tasks.circumstances(stored.row().hardwareType(), stored.tasks())
                + (masked ? "masked" : ""));
    return stored.row().generation()
        + "-"
        + VERSION.encodeToString(Arrays.copyOf(hash, VERSION_BYTES));
  }

  /** Returns the uuid of the live hardware that a uuid or a name refers to, without reading it. */
  public Optional<HardwareId> resolve(String ref) {
    UUID uuid = parse(ref).orElse(null);
    return jdbc.sql(
            """
            select uuid from hardware where deleted_at is null and (uuid = ? or lower(name) = ?)
            order by uuid = ? desc nulls last limit 1
            """)
        .param(uuid)
        .param(ref.toLowerCase(Locale.ROOT))
        .param(uuid)
        .query((row, _) -> new HardwareId(row.getObject("uuid", UUID.class)))
        .optional();
  }

  /** As {@link #resolve}; without such live hardware, a uuid refers to itself. */
  public Optional<HardwareId> identify(String ref) {
    return resolve(ref).or(() -> uuid(ref));
  }

  /**
   * Returns the names of hardware that exists, deleted or not, for those who may see its events.
   */
  public Map<HardwareId, String> names(Collection<HardwareId> ids) {
    Map<HardwareId, String> names = new HashMap<>();
    jdbc.sql("select uuid, name from hardware where uuid = any(?)")
        .param(ids.stream().map(HardwareId::value).distinct().toArray(UUID[]::new))
        .query(row -> {
          names.put(new HardwareId(row.getObject("uuid", UUID.class)), row.getString("name"));
        });
    return names;
  }

  /** Parses a uuid, whether or not any hardware has it. */
  public static Optional<HardwareId> uuid(String ref) {
    return parse(ref).map(HardwareId::new);
  }

  /** Returns the view of hardware that was just enrolled, before any worker made an attempt. */
  HardwareView fresh(HardwareRecord stored) {
    return view(
        stored,
        null,
        tasks.ofCreated(stored.id(), stored.hardwareType(), stored.createdAt()),
        null,
        DeviceAvailability.neverSeen(stored.createdAt()));
  }

  /** Returns the view of locked hardware; only its tasks are read. */
  HardwareView view(LockedHardware locked, HardwareRecord stored) {
    UUID uuid = stored.id().value();
    List<TaskStatusRow> rows = tasks(List.of(uuid)).getOrDefault(uuid, List.of());
    return view(
        stored,
        locked.quarantine(),
        tasks.of(stored.id(), stored.hardwareType(), locked.requestedAt(), rows),
        null,
        null);
  }

  private HardwareView view(
      HardwareRecord stored,
      @Nullable Quarantine quarantine,
      List<WorkerReport> workers,
      @Nullable Instant deletedAt,
      @Nullable DeviceAvailability published) {
    return new HardwareView(
        stored.id(),
        stored.name(),
        stored.projectId(),
        stored.hardwareType(),
        view.forOwner(stored.hardwareType(), stored.properties()),
        stored.createdAt(),
        stored.updatedAt(),
        stored.generation(),
        quarantine,
        workers,
        deletedAt,
        published,
        List.of(),
        stored.labels());
  }

  /**
   * Returns what a policy rule may compare with, of hardware that is live or still being cleaned
   * up.
   */
  public Optional<Map<String, String>> targetOf(HardwareId id) {
    return jdbc.sql("select name, project_id, hardware_type from hardware where uuid = ?")
        .param(id.value())
        .query((row, _) ->
            PolicyTarget.device(
                id.toString(),
                row.getString("name"),
                row.getString("project_id"),
                row.getString("hardware_type")))
        .optional();
  }

  /** Returns the hardware for a caller who may read it and not change it. */
  HardwareView masked(HardwareView hardware) {
    return hardware.with(
        view.forReader(hardware.hardwareType(), hardware.properties()),
        hardware.workers().stream()
            .map(worker ->
                new WorkerReport(
                    worker.workerType(),
                    worker.state(),
                    view.detailsForReader(worker.workerType(), worker.stateDetails())))
            .toList());
  }

  /** Returns the reservation windows of hardware, ordered by start. */
  List<ReservationWindowRecord> windows(HardwareId id) {
    return jdbc.sql(
            """
            select uuid, starts_at, ends_at, created_at, updated_at from availability_window
            where hardware_uuid = ? order by starts_at, uuid
            """)
        .param(id.value())
        .query((row, _) ->
            new ReservationWindowRecord(
                new ReservationWindow(
                    row.getObject("uuid", UUID.class),
                    TimestampColumns.instant(row, "starts_at"),
                    TimestampColumns.instant(row, "ends_at")),
                TimestampColumns.instant(row, "created_at"),
                TimestampColumns.nullableInstant(row, "updated_at")))
        .list();
  }

  /** Returns the rows of the tasks of each hardware. */
  Map<UUID, List<TaskStatusRow>> tasks(List<UUID> uuids) {
    // Postgres keeps the plan for one, but makes a new one for each array that is that short.
    JdbcClient.StatementSpec statement =
        uuids.size() == 1
            ? jdbc.sql(TASKS + "= ?").param(uuids.getFirst())
            : jdbc.sql(TASKS + "= any(?)").param(uuids.toArray(UUID[]::new));
    return statement
        .query((row, _) ->
            Map.entry(row.getObject("hardware_uuid", UUID.class), TaskStatusReader.row(row)))
        .list()
        .stream()
        .collect(
            Collectors.groupingBy(
                Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  private Optional<StoredHardware> one(String condition, Object value) {
    return jdbc.sql(StoredHardware.SELECT + condition)
        .param(availability.blind())
        .param(value)
        .query(StoredHardware::of);
  }

  /** Returns the hardware for its owner. */
  HardwareView view(StoredHardware found) {
    HardwareRow row = found.row();
    HardwareRecord stored = row.record(encryptor);
    boolean live = row.deletedAt() == null;
    List<WorkerReport> workers =
        live
            ? tasks.of(stored.id(), stored.hardwareType(), row.requestedAt(), found.tasks())
            : tasks.ofDeleted(stored.id(), stored.hardwareType(), row.requestedAt(), found.tasks());
    return view(
        stored, row.quarantine(), workers, row.deletedAt(), live ? found.availability() : null);
  }

  private static Optional<UUID> parse(String ref) {
    return isUuid(ref) ? Optional.of(UUID.fromString(ref)) : Optional.empty();
  }

  /** UUID.fromString also accepts "1-2-3-4-5", which would hide hardware of that name. */
  private static boolean isUuid(String ref) {
    if (ref.length() != UUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      boolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if (hyphen ? ref.charAt(i) != '-' : !HexFormat.isHexDigit(ref.charAt(i))) {
        return false;
      }
    }
    return true;
  }
}
