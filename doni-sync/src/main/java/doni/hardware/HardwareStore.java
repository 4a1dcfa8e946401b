package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.request.RequestRefusedException;
import doni.secret.SecretEncryptor;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * The writing side of the inventory. Every method wants an open transaction.
 *
 * <p>{@link #lock} comes before every change, so that changes of one device follow each other, and
 * so that the engine, which reads the generation under a shared lock, cannot miss one.
 */
@Component
public class HardwareStore {

  private final EntityManager entities;
  private final JdbcClient jdbc;
  private final SecretEncryptor sealer;
  private final Clock clock;

  HardwareStore(EntityManager entities, JdbcClient jdbc, SecretEncryptor sealer, Clock clock) {
    this.entities = entities;
    this.jdbc = jdbc;
    this.sealer = sealer;
    this.clock = clock;
  }

  /** Stores a new device at its first generation; a name that a live device has is a conflict. */
  public HardwareRecord insert(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties) {
    Instant now = now();
    // Not an entity's persist: the flush of one row costs a third of an enrollment.
    int stored =
        jdbc.sql(
                """
                insert into hardware
                  (uuid, name, project_id, hardware_type, properties, generation, created_at, requested_at)
                values (?, ?, ?, ?, ?::jsonb, ?, ?, ?)
                on conflict (lower(name)) where deleted_at is null do nothing
                """)
            .param(id.value())
            .param(name)
            .param(projectId)
            .param(hardwareType)
            .param(sealer.sealProperties(id, hardwareType, properties))
            .param(Generation.FIRST.value())
            .param(OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
            .param(OffsetDateTime.ofInstant(now, ZoneOffset.UTC))
            .update();
    if (stored == 0) {
      throw RequestRefusedException.Conflict.name(name);
    }
    return new HardwareRecord(
        id, name, projectId, hardwareType, properties, List.of(), Generation.FIRST, now, null);
  }

  /** A live device as it is; nobody is kept from changing it. */
  public Optional<HardwareRecord> read(HardwareId id) {
    return stored(id, entities.find(HardwareEntity.class, id.value()));
  }

  /** A live device, locked against every other change until the transaction ends. */
  public Optional<HardwareRecord> lock(HardwareId id) {
    return stored(
        id, entities.find(HardwareEntity.class, id.value(), LockModeType.PESSIMISTIC_WRITE));
  }

  private Optional<HardwareRecord> stored(HardwareId id, @Nullable HardwareEntity entity) {
    return entity == null || entity.deletedAt != null
        ? Optional.empty()
        : Optional.of(toStored(entity, sealer.openProperties(id, entity.properties)));
  }

  /** Stores what is desired of a locked device from now on, as its next generation. */
  public HardwareRecord save(HardwareRecord desired) {
    HardwareEntity entity = locked(desired.id());
    entity.name = desired.name();
    entity.hardwareType = desired.hardwareType();
    entity.properties =
        sealer.sealProperties(desired.id(), desired.hardwareType(), desired.properties());
    replaceWindows(entity, desired.windows());
    entity.updatedAt = raiseGeneration(entity);
    flush(desired.name());
    return toStored(entity, desired.properties());
  }

  /**
   * Makes a locked device one that its workers have to clean up; one that no worker has a task for
   * goes for good at once. Its name is free again.
   */
  public Generation delete(HardwareId id) {
    HardwareEntity entity = locked(id);
    entity.deletedAt = raiseGeneration(entity);
    entities.flush();
    Generation last = new Generation(entity.generation);
    entities
        .createNativeQuery(
            "delete from hardware h where h.uuid = :uuid"
                + " and not exists (select from worker_task t where t.hardware_uuid = h.uuid)")
        .setParameter("uuid", id.value())
        .executeUpdate();
    return last;
  }

  /** Asks for another pass over a locked device although nothing of it changed. */
  public Generation touch(HardwareId id) {
    HardwareEntity entity = locked(id);
    raiseGeneration(entity);
    entities.flush();
    return new Generation(entity.generation);
  }

  private Instant raiseGeneration(HardwareEntity entity) {
    entity.generation++;
    entity.requestedAt = now();
    return entity.requestedAt;
  }

  private HardwareEntity locked(HardwareId id) {
    HardwareEntity entity = entities.find(HardwareEntity.class, id.value());
    if (entity == null) {
      throw new IllegalStateException("hardware " + id + " is changed without being locked first");
    }
    return entity;
  }

  private void replaceWindows(HardwareEntity entity, List<StoredWindow> desired) {
    Map<UUID, WindowEntity> existing =
        entity.windows.stream()
            .collect(Collectors.toMap(window -> window.uuid, Function.identity()));
    Map<UUID, StoredWindow> wanted =
        desired.stream().collect(Collectors.toMap(StoredWindow::uuid, Function.identity()));
    entity.windows.removeIf(window -> !wanted.containsKey(window.uuid));
    for (StoredWindow window : desired) {
      WindowEntity stored = existing.get(window.uuid());
      if (stored == null) {
        entity.windows.add(new WindowEntity(window.uuid(), window.start(), window.end(), now()));
      } else if (!stored.toWindow().equals(window)) {
        stored.startsAt = window.start();
        stored.endsAt = window.end();
        stored.updatedAt = now();
      }
    }
  }

  private void flush(String name) {
    try {
      entities.flush();
    } catch (ConstraintViolationException e) {
      if ("hardware_live_name".equals(e.getConstraintName())) {
        throw RequestRefusedException.Conflict.name(name);
      }
      throw e;
    }
  }

  private HardwareRecord toStored(HardwareEntity entity, Map<String, Object> properties) {
    return new HardwareRecord(
        new HardwareId(entity.uuid),
        entity.name,
        entity.projectId,
        entity.hardwareType,
        properties,
        entity.windows.stream().map(WindowEntity::toWindow).toList(),
        new Generation(entity.generation),
        entity.createdAt,
        entity.updatedAt);
  }

  private Instant now() {
    // Postgres keeps microseconds; what is answered at once must equal what is read later.
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
