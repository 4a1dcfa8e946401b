package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.secret.SecretEncryptor;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The writing side of the inventory. Every method needs a transaction.
 *
 * <p>A change locks the hardware first. So changes of the same hardware are serialized, and the
 * engine, which reads the generation under a shared lock, cannot miss one.
 */
@Component
public class HardwareInventory {

  private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

  private final HardwareRepository rows;
  private final HardwareStore store;
  private final SecretEncryptor encryptor;
  private final Clock clock;

  HardwareInventory(
      HardwareRepository rows, HardwareStore store, SecretEncryptor encryptor, Clock clock) {
    this.rows = rows;
    this.store = store;
    this.encryptor = encryptor;
    this.clock = clock;
  }

  /**
   * Stores new hardware at its first generation.
   *
   * @throws doni.request.RequestRefusedException.Conflict if live hardware has that name
   */
  public HardwareRecord insert(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Map<String, String> labels) {
    HardwareRecord hardware =
        new HardwareRecord(
            id, name, projectId, hardwareType, properties, labels, Generation.FIRST, now(), null);
    store.insert(hardware, encryptor.encryptProperties(id, hardwareType, properties));
    return hardware;
  }

  /** Reads live hardware without a lock. */
  public Optional<HardwareRecord> read(HardwareId id) {
    return store.read(id, encryptor);
  }

  /** Locks the live hardware that a uuid or a name refers to; a uuid wins. */
  public Optional<LockedHardware> lock(String ref) {
    return HardwareReader.uuid(ref)
        .flatMap(id -> rows.lockLive(id.value()))
        .or(() -> rows.lockLive(ref.toLowerCase(Locale.ROOT)))
        .map(this::locked);
  }

  /**
   * As {@link #lock(String)}; without such live hardware, a uuid also refers to deleted hardware
   * that is still being cleaned up.
   */
  Optional<LockedHardware> lockDeletedToo(String ref) {
    return lock(ref).or(() -> HardwareReader.uuid(ref).flatMap(this::lock));
  }

  /** Locks hardware that is live or still being cleaned up. */
  public Optional<LockedHardware> lock(HardwareId id) {
    return rows.lock(id.value()).map(this::locked);
  }

  /** Reads labels as they are stored. */
  static Map<String, String> labels(String json) {
    return json.equals("{}") ? Map.of() : JsonMapper.shared().readValue(json, LABELS);
  }

  /** Writes labels as they are stored. */
  static String json(Map<String, String> labels) {
    return JsonMapper.shared().writeValueAsString(labels);
  }

  private LockedHardware locked(HardwareEntity entity) {
    return new LockedHardware(entity, this);
  }

  SecretEncryptor encryptor() {
    return encryptor;
  }

  void flush() {
    rows.flush();
  }

  void removeIfClean(HardwareEntity entity) {
    store.removeIfClean(entity);
  }

  /** The current time as Postgres keeps it, so that a reply equals what is read later. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
