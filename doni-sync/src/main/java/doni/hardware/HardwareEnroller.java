package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Conflict;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Stores new hardware with a task for each of its workers, and the event that says so. */
@Component
public class HardwareEnroller {

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final HardwareTypes types;
  private final IdempotencyKeyStore idempotencyKeyStore;
  private final TaskRequeuer requeuer;
  private final HardwareEventStore events;
  private final DeviceQuotas quotas;

  HardwareEnroller(
      HardwareInventory inventory,
      HardwareReader reader,
      HardwareTypes types,
      IdempotencyKeyStore idempotencyKeyStore,
      TaskRequeuer requeuer,
      HardwareEventStore events,
      DeviceQuotas quotas) {
    this.inventory = inventory;
    this.reader = reader;
    this.types = types;
    this.idempotencyKeyStore = idempotencyKeyStore;
    this.requeuer = requeuer;
    this.events = events;
    this.quotas = quotas;
  }

  /**
   * Enrolls hardware, or returns the hardware that an earlier request with the same key enrolled.
   *
   * @param key the idempotency key of the request; null for none
   * @throws Conflict if live hardware has that name, the key was used for another request, or the
   *     hardware of the key was deleted
   * @throws doni.request.RequestRefusedException.QuotaExceeded if the project may not have more
   */
  @Transactional
  public HardwareView enroll(
      Caller caller, NewHardware hardware, HardwareService.Request request, @Nullable String key) {
    Optional<HardwareId> earlier =
        key == null
            ? Optional.empty()
            : idempotencyKeyStore.claim(caller, key, request, hardware.id());
    if (earlier.isPresent()) {
      return reader
          .find(earlier.get().toString())
          .orElseThrow(() -> new Conflict("the hardware of this Idempotency-Key was deleted"));
    }
    return reader.fresh(store(caller, hardware, Map.of()));
  }

  /**
   * Enrolls hardware from an import, which its event says.
   *
   * @throws Conflict if live hardware has that name
   */
  @Transactional
  public void enrollImported(Caller caller, NewHardware hardware) {
    store(caller, hardware, Map.of("imported", true));
  }

  /** Returns why a project may not have more hardware; empty if it may. */
  public Optional<String> quotaViolation(String projectId) {
    return quotas.violation(projectId);
  }

  private HardwareRecord store(Caller caller, NewHardware hardware, Map<String, Object> more) {
    quotas.requireRoom(hardware.projectId());
    HardwareRecord stored =
        inventory.insert(
            hardware.id(),
            hardware.name(),
            hardware.projectId(),
            hardware.hardwareType(),
            hardware.properties(),
            hardware.labels());
    requeuer.enroll(stored.id(), types.workersOf(stored.hardwareType()));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("name", stored.name());
    body.put("hardware_type", stored.hardwareType());
    if (!stored.labels().isEmpty()) {
      body.put("labels", stored.labels());
    }
    body.putAll(more);
    events.personDid("hardware.created", stored.id(), stored.generation(), caller, body);
    return stored;
  }

  /**
   * Checked hardware that is about to be enrolled.
   *
   * @param properties completed, see {@link EnrollmentRules#complete}
   */
  public record NewHardware(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Map<String, String> labels) {}
}
