package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.hardware.HardwareView.Quarantine;
import doni.policy.PolicyTarget;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Stale;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.exception.ConstraintViolationException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Hardware that is locked against every other change until the transaction ends. Changes are
 * written at once.
 */
public final class LockedHardware {

  private final HardwareEntity entity;
  private final HardwareInventory inventory;

  LockedHardware(HardwareEntity entity, HardwareInventory inventory) {
    this.entity = entity;
    this.inventory = inventory;
  }

  public HardwareId id() {
    return new HardwareId(entity.uuid);
  }

  public String name() {
    return entity.name;
  }

  /** What a policy rule may compare with. */
  public Map<String, String> target() {
    return PolicyTarget.device(id().toString(), entity.name, entity.projectId, entity.hardwareType);
  }

  public Generation generation() {
    return new Generation(entity.generation);
  }

  /** When the current generation was requested. */
  Instant requestedAt() {
    return entity.requestedAt;
  }

  @Nullable Quarantine quarantine() {
    return entity.quarantinedAt == null
        ? null
        : new Quarantine(entity.quarantinedAt, entity.quarantinedBy, entity.quarantineReason);
  }

  /**
   * Returns the hardware with its secrets decrypted.
   *
   * @throws doni.secret.SecretEncryptor.UnreadableSecretException if a secret cannot be decrypted
   */
  public HardwareRecord record() {
    return new HardwareRecord(
        id(),
        entity.name,
        entity.projectId,
        entity.hardwareType,
        inventory.encryptor().decryptProperties(id(), entity.properties),
        HardwareInventory.labels(entity.labels),
        generation(),
        entity.createdAt,
        entity.updatedAt);
  }

  /** Returns the reservation windows, ordered by start. Reads them on first use. */
  List<ReservationWindow> windows() {
    return entity.windows.stream().map(ReservationWindowEntity::toWindow).toList();
  }

  /**
   * Stores a new desired state as the next generation.
   *
   * @param windows null leaves the reservation windows as they are
   * @throws Conflict if other live hardware has that name
   */
  HardwareRecord change(HardwareRecord desired, @Nullable List<ReservationWindow> windows) {
    entity.name = desired.name();
    entity.hardwareType = desired.hardwareType();
    entity.properties =
        inventory.encryptor().encryptProperties(id(), desired.hardwareType(), desired.properties());
    entity.labels = HardwareInventory.json(desired.labels());
    entity.updatedAt = nextGeneration();
    if (windows != null) {
      replaceWindows(windows, entity.updatedAt);
    }
    try {
      inventory.flush();
    } catch (DataIntegrityViolationException e) {
      if (e.getCause() instanceof ConstraintViolationException violation
          && "hardware_live_name".equals(violation.getConstraintName())) {
        throw Conflict.name(desired.name());
      }
      throw e;
    }
    return desired.stored(generation(), entity.updatedAt);
  }

  /** Stores new labels. The generation stays what it is, because no worker reads labels. */
  HardwareRecord relabel(HardwareRecord labeled) {
    entity.labels = HardwareInventory.json(labeled.labels());
    entity.updatedAt = inventory.now();
    inventory.flush();
    return labeled.stored(generation(), entity.updatedAt);
  }

  /**
   * Marks the hardware as deleted, which releases its name. Its workers clean up; hardware without
   * a worker task is removed at once.
   *
   * @throws Conflict if the hardware is quarantined
   */
  Generation delete() {
    refuseDeletionInQuarantine();
    entity.deletedAt = nextGeneration();
    inventory.flush();
    inventory.removeIfClean(entity);
    return generation();
  }

  /** Raises the generation, so that every worker makes an attempt although nothing has changed. */
  Generation touch() {
    nextGeneration();
    inventory.flush();
    return generation();
  }

  /**
   * Starts a quarantine; one that lasts already keeps its start.
   *
   * @return whether that changed anything
   */
  boolean beginQuarantine(String by, @Nullable String reason) {
    if (entity.quarantinedAt != null && Objects.equals(entity.quarantineReason, reason)) {
      return false;
    }
    entity.quarantinedAt = entity.quarantinedAt == null ? inventory.now() : entity.quarantinedAt;
    entity.quarantinedBy = by;
    entity.quarantineReason = reason;
    inventory.flush();
    return true;
  }

  /**
   * Ends the quarantine and raises the generation: an attempt that still saw the quarantine then
   * ends with an outdated generation.
   *
   * @return whether the hardware was quarantined
   */
  boolean endQuarantine() {
    if (entity.quarantinedAt == null) {
      return false;
    }
    entity.quarantinedAt = null;
    entity.quarantinedBy = null;
    entity.quarantineReason = null;
    touch();
    return true;
  }

  /**
   * Refuses a deletion, after which the workers would remove things from their backends.
   *
   * @throws Conflict if the hardware is quarantined
   */
  public void refuseDeletionInQuarantine() {
    if (entity.quarantinedAt != null) {
      throw new Conflict(
          "Hardware " + id() + " is in quarantine; release it before it is deleted.");
    }
  }

  /**
   * Refuses hardware that has changed since the client read it.
   *
   * @param expected the generations of which the hardware must have one; null for any
   * @throws Stale if it has none of them
   */
  public void refuseIfStale(@Nullable Set<Generation> expected) {
    refuseIfStale(generation(), expected);
  }

  /** Refuses a caller who expects other generations than the present one; null for any. */
  static void refuseIfStale(Generation present, @Nullable Set<Generation> expected) {
    if (expected == null || expected.contains(present)) {
      return;
    }
    String stale =
        expected.stream()
            .filter(generation -> !generation.equals(Generation.NONE))
            .map(Generation::toString)
            .collect(Collectors.joining(", "));
    throw new Stale(
        "If-Match: the hardware is at generation "
            + present
            + (stale.isEmpty() ? "" : ", not " + stale)
            + (expected.contains(Generation.NONE)
                ? "; a weak tag (W/) and a tag that is not of this service never match"
                : ""));
  }

  private Instant nextGeneration() {
    entity.generation++;
    entity.requestedAt = inventory.now();
    return entity.requestedAt;
  }

  private void replaceWindows(List<ReservationWindow> desired, Instant now) {
    Map<UUID, ReservationWindowEntity> existing =
        entity.windows.stream()
            .collect(Collectors.toMap(window -> window.uuid, Function.identity()));
    Map<UUID, ReservationWindow> wanted =
        desired.stream().collect(Collectors.toMap(ReservationWindow::uuid, Function.identity()));
    entity.windows.removeIf(window -> !wanted.containsKey(window.uuid));
    for (ReservationWindow window : desired) {
      ReservationWindowEntity stored = existing.get(window.uuid());
      if (stored == null) {
        entity.windows.add(
            new ReservationWindowEntity(window.uuid(), window.start(), window.end(), now));
      } else if (!stored.toWindow().equals(window)) {
        stored.startsAt = window.start();
        stored.endsAt = window.end();
        stored.updatedAt = now;
      }
    }
  }
}
