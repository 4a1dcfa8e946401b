package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore;
import doni.hardware.HardwareEnroller.NewHardware;
import doni.policy.AccessPolicy;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import doni.request.RequestRefusedException.Stale;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The use cases of clients, one transaction each. Refusals come in this order: not found,
 * forbidden, invalid, conflict.
 *
 * <p>{@code ref} is a uuid or the name of live hardware; a uuid wins.
 */
@Service
public class HardwareService {

  /** An enrollment request as received, unchecked. */
  public record Request(
      @Nullable String name,
      @Nullable String hardwareType,
      @Nullable Map<String, Object> properties) {}

  /** One page of a list; {@code more} tells whether another page follows. */
  public record Page(List<HardwareView> hardware, boolean more) {}

  private final HardwareInventory inventory;
  private final HardwareReader reader;
  private final EnrollmentRules rules;
  private final HardwareEnroller enroller;
  private final TaskRequeuer requeuer;
  private final HardwareEventStore events;
  private final AccessPolicy policy;

  HardwareService(
      HardwareInventory inventory,
      HardwareReader reader,
      EnrollmentRules rules,
      HardwareEnroller enroller,
      TaskRequeuer requeuer,
      HardwareEventStore events,
      AccessPolicy policy) {
    this.inventory = inventory;
    this.reader = reader;
    this.rules = rules;
    this.enroller = enroller;
    this.requeuer = requeuer;
    this.events = events;
    this.policy = policy;
  }

  /**
   * Enrolls hardware in the caller's project. Repeating the request with the same idempotency key
   * returns the same hardware.
   */
  public HardwareView create(Caller caller, Request request, @Nullable String idempotencyKey) {
    policy.enforce("hardware:create", caller, Map.of("project_id", caller.projectId()));
    String name = required("name", request.name());
    String type = required("hardware_type", request.hardwareType());
    Map<String, Object> properties =
        rules.complete(type, required("properties", request.properties()));
    List<String> violations = rules.violations(type, name, properties);
    if (!violations.isEmpty()) {
      throw new Invalid(violations);
    }
    NewHardware hardware =
        new NewHardware(HardwareId.random(), name, caller.projectId(), type, properties);
    return enroller
        .enroll(caller, hardware, request, idempotencyKey)
        .withWarnings(rules.warnings(type, properties));
  }

  public HardwareView get(Caller caller, String ref) {
    HardwareView hardware = reader.find(ref).orElseThrow(() -> NotFound.hardware(ref));
    enforce("hardware:get", caller, hardware.projectId());
    return hardware;
  }

  public Page list(Caller caller, HardwareListQuery query) {
    if (query.allProjects()) {
      policy.enforce("hardware:get", caller, Map.of());
      return page(query, null, false);
    }
    enforce("hardware:get", caller, caller.projectId());
    return page(query, caller.projectId(), false);
  }

  /** Returns all live hardware with its public properties, without workers. Needs no caller. */
  public Page export(HardwareListQuery query) {
    return page(query, null, true);
  }

  /**
   * Changes hardware.
   *
   * @param expected the generation that the hardware must have; null for any
   */
  @Transactional
  public HardwareView patch(
      Caller caller,
      String ref,
      List<JsonPatchOperation> operations,
      @Nullable Generation expected) {
    LockedHardware locked = lock("hardware:update", caller, ref, expected);
    HardwareJsonPatch patch = new HardwareJsonPatch(operations);
    HardwareRecord before = locked.record();
    HardwareRecord after = rules.patched(before, patch);
    List<ReservationWindow> windowsBefore = patch.changesWindows() ? locked.windows() : List.of();
    List<ReservationWindow> windowsAfter = patch.applyTo(windowsBefore);
    if (after.sameSpec(before) && windowsAfter.equals(windowsBefore)) {
      return reader.view(locked, before);
    }
    HardwareRecord changed = locked.change(after, patch.changesWindows() ? windowsAfter : null);
    requeuer.enroll(changed.id(), rules.gainedWorkers(before, changed));
    requeuer.requeue(changed.id());
    events.personDid(
        "hardware.updated",
        changed.id(),
        changed.generation(),
        caller,
        rules.difference(before, changed, windowsBefore, windowsAfter));
    List<String> warnings =
        new ArrayList<>(rules.warnings(after.hardwareType(), after.properties()));
    warnings.addAll(WindowWarnings.of(windowsBefore, windowsAfter, inventory.now()));
    return reader.view(locked, changed).withWarnings(warnings);
  }

  /** Deletes hardware: its name is free at once, its workers clean up. */
  @Transactional
  public void delete(Caller caller, String ref, @Nullable Generation expected) {
    LockedHardware locked = lock("hardware:delete", caller, ref, expected);
    Generation generation = locked.delete();
    requeuer.requeue(locked.id());
    events.personDid(
        "hardware.deleted", locked.id(), generation, caller, Map.of("name", locked.name()));
  }

  /** Makes every task of the hardware due now. */
  @Transactional
  public void sync(Caller caller, String ref) {
    LockedHardware locked = lock("hardware:update", caller, ref, null);
    Generation generation = locked.touch();
    requeuer.requeue(locked.id());
    events.personDid("hardware.synced", locked.id(), generation, caller, Map.of());
  }

  public List<ReservationWindowRecord> availability(Caller caller, String ref) {
    HardwareView hardware = get(caller, ref);
    return reader.windows(hardware.id());
  }

  /**
   * Returns the events of hardware, newest first. Deleted hardware is known by its uuid; once it is
   * cleaned up, only callers who may see the hardware of every project see its events.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<HardwareEvent> events(Caller caller, String ref, int limit, @Nullable Long before) {
    HardwareId id = reader.identify(ref).orElseThrow(() -> NotFound.hardware(ref));
    Optional<String> project = reader.projectOf(id);
    if (project.isPresent()) {
      enforce("hardware:get", caller, project.get());
      return events.of(id, limit, before);
    }
    List<HardwareEvent> found = events.of(id, limit, before);
    if (found.isEmpty() || !policy.allows("hardware:get", caller, Map.of())) {
      throw NotFound.hardware(ref);
    }
    return found;
  }

  private LockedHardware lock(
      String rule, Caller caller, String ref, @Nullable Generation expected) {
    LockedHardware locked = inventory.lock(ref).orElseThrow(() -> NotFound.hardware(ref));
    enforce(rule, caller, locked.projectId());
    if (expected != null && !expected.equals(locked.generation())) {
      throw new Stale(
          "If-Match: the hardware is at generation " + locked.generation() + ", not " + expected);
    }
    return locked;
  }

  private Page page(HardwareListQuery query, @Nullable String projectId, boolean asExport) {
    List<HardwareView> found = reader.list(query.withOneMore(), projectId, asExport);
    boolean more = query.limit() > 0 && found.size() > query.limit();
    return new Page(more ? found.subList(0, query.limit()) : found, more);
  }

  private void enforce(String rule, Caller caller, String projectId) {
    policy.enforce(rule, caller, Map.of("project_id", projectId));
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new Invalid(name + ": is required");
    }
    return value;
  }
}
