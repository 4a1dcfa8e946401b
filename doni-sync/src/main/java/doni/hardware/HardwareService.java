package doni.hardware;

import doni.engine.lane.TaskRequeuer;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.EventLog;
import doni.event.HardwareEvent;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.policy.Policy;
import doni.request.RequestRefusedException.Conflict;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import doni.request.RequestRefusedException.Stale;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What clients can do with hardware, one transaction each. Refusals come in this order: not found,
 * forbidden, invalid, conflict.
 *
 * <p>{@code ref} is a uuid or the name of a live device; a uuid wins.
 */
@Service
public class HardwareService {

  /** An enrollment request as it came, unchecked. */
  public record Request(
      @Nullable String name,
      @Nullable String hardwareType,
      @Nullable Map<String, Object> properties) {}

  /** One page of a list; {@code more} says that there is a next one, behind its last device. */
  public record Page(List<HardwareView> hardware, boolean more) {}

  private final HardwareStore store;
  private final HardwareReader reader;
  private final HardwareTypes types;
  private final PropertyRules rules;
  private final EventLog events;
  private final Policy policy;
  private final TaskRequeuer lanes;
  private final IdempotencyKeys idempotencyKeys;
  private final QuarantineStore quarantines;
  private final TransactionTemplate transaction;

  HardwareService(
      HardwareStore store,
      HardwareReader reader,
      HardwareTypes types,
      PropertyRules rules,
      EventLog events,
      Policy policy,
      TaskRequeuer lanes,
      IdempotencyKeys idempotencyKeys,
      QuarantineStore quarantines,
      TransactionTemplate transaction) {
    this.store = store;
    this.reader = reader;
    this.types = types;
    this.rules = rules;
    this.events = events;
    this.policy = policy;
    this.lanes = lanes;
    this.idempotencyKeys = idempotencyKeys;
    this.quarantines = quarantines;
    this.transaction = transaction;
  }

  /**
   * Enrolls a device in the caller's project. The same idempotency key with the same request gives
   * the same device.
   */
  public HardwareView create(Caller caller, Request request, @Nullable String idempotencyKey) {
    policy.enforce("hardware:create", caller, Map.of("project_id", caller.projectId()));
    String name = required("name", request.name());
    String type = required("hardware_type", request.hardwareType());
    Map<String, Object> properties = initial(type, required("properties", request.properties()));
    refuse(rules.violations(type, name, properties));
    return inTransaction(() -> {
      HardwareId id = HardwareId.random();
      if (idempotencyKey != null) {
        Optional<HardwareId> earlier =
            idempotencyKeys.claim(caller.projectId(), idempotencyKey, request, id);
        if (earlier.isPresent()) {
          return reader
              .find(earlier.get().toString())
              .orElseThrow(
                  () -> new Conflict("the device of this Idempotency-Key was deleted meanwhile"));
        }
      }
      HardwareRecord stored = store.insert(id, name, caller.projectId(), type, properties);
      lanes.enroll(id, types.workersOf(type));
      record(
          "hardware.created",
          caller,
          id,
          stored.generation(),
          Map.of("name", name, "hardware_type", type));
      return reader.fresh(stored);
    });
  }

  public HardwareView get(Caller caller, String ref) {
    HardwareView enrollment = reader.find(ref).orElseThrow(() -> NotFound.hardware(ref));
    enforce("hardware:get", caller, enrollment.projectId());
    return enrollment;
  }

  public Page list(Caller caller, HardwareQuery query) {
    if (query.allProjects()) {
      policy.enforce("hardware:get", caller, Map.of());
      return page(query, null, false);
    }
    enforce("hardware:get", caller, caller.projectId());
    return page(query, caller.projectId(), false);
  }

  /** All live hardware with its public properties, without workers. Needs no caller. */
  public Page export(HardwareQuery query) {
    return page(query, null, true);
  }

  /**
   * Changes a device. An {@code expected} generation that is not the device's is refused as stale.
   */
  public HardwareView patch(
      Caller caller, String ref, List<PatchOperation> operations, @Nullable Generation expected) {
    return inTransaction(() -> {
      HardwareRecord before = lock("hardware:update", caller, ref, expected);
      HardwareRecord after = new HardwarePatch(operations).applyTo(before, types);
      refuse(rules.violations(after.hardwareType(), after.name(), checkable(before, after)));
      refuseToLoseWorkers(before, after);
      if (!after.sameSpec(before)) {
        HardwareRecord saved = store.save(after);
        lanes.enroll(saved.id(), gainedWorkers(before, after));
        lanes.requeue(saved.id());
        record(
            "hardware.updated",
            caller,
            saved.id(),
            saved.generation(),
            SpecChange.between(before, after, types));
      }
      return reader.find(before.id().toString()).orElseThrow(() -> NotFound.hardware(ref));
    });
  }

  /** Deletes a device: its name is free at once, its workers clean up. */
  public void delete(Caller caller, String ref, @Nullable Generation expected) {
    inTransaction(() -> {
      HardwareRecord stored = lock("hardware:delete", caller, ref, expected);
      quarantines.refuseDeletion(stored.id());
      Generation generation = store.delete(stored.id());
      lanes.requeue(stored.id());
      record("hardware.deleted", caller, stored.id(), generation, Map.of("name", stored.name()));
      return stored;
    });
  }

  /** Has every worker look at the device again, now. */
  public void sync(Caller caller, String ref) {
    inTransaction(() -> {
      HardwareRecord stored = lock("hardware:update", caller, ref, null);
      Generation generation = store.touch(stored.id());
      lanes.requeue(stored.id());
      record("hardware.synced", caller, stored.id(), generation, Map.of());
      return stored;
    });
  }

  public List<StoredWindow> availability(Caller caller, String ref) {
    HardwareView enrollment = get(caller, ref);
    return reader.windows(enrollment.id());
  }

  /**
   * What happened to a device, newest first. A device that was deleted is known by its uuid; once
   * it is cleaned up, only callers who may see every project's hardware may see its events.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<HardwareEvent> events(Caller caller, String ref, int limit, @Nullable Long before) {
    HardwareId id =
        reader
            .resolve(ref)
            .or(() -> HardwareReader.uuid(ref))
            .orElseThrow(() -> NotFound.hardware(ref));
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

  private HardwareRecord lock(
      String rule, Caller caller, String ref, @Nullable Generation expected) {
    HardwareId id = reader.resolve(ref).orElseThrow(() -> NotFound.hardware(ref));
    HardwareRecord stored = store.lock(id).orElseThrow(() -> NotFound.hardware(ref));
    enforce(rule, caller, stored.projectId());
    if (expected != null && !expected.equals(stored.generation())) {
      throw new Stale(
          "If-Match: the hardware is at generation " + stored.generation() + ", not " + expected);
    }
    return stored;
  }

  private Page page(HardwareQuery query, @Nullable String projectId, boolean asExport) {
    List<HardwareView> found = reader.list(query.withOneMore(), projectId, asExport);
    boolean more = query.limit() > 0 && found.size() > query.limit();
    return new Page(more ? found.subList(0, query.limit()) : found, more);
  }

  /**
   * What is stored of an enrollment: without null values, with what stands in for what is absent.
   */
  public Map<String, Object> initial(String type, Map<String, Object> requested) {
    Map<String, Object> properties = new LinkedHashMap<>();
    requested.forEach((name, value) -> {
      if (value != null) {
        properties.put(name, value);
      }
    });
    for (WorkerField field : types.fieldsOf(type)) {
      Object value = properties.get(field.name());
      if (value == null
          || (value.equals("") && field.fallback() instanceof WorkerField.Fallback.Issued)) {
        field.initial().ifPresent(initial -> properties.put(field.name(), initial));
      }
    }
    return properties;
  }

  /**
   * Leaves out what nobody asked to change and no enabled worker knows: the worker that did may be
   * enabled again.
   */
  private Map<String, Object> checkable(HardwareRecord before, HardwareRecord after) {
    Map<String, Object> checkable = new LinkedHashMap<>(after.properties());
    checkable
        .entrySet()
        .removeIf(entry ->
            types.field(after.hardwareType(), entry.getKey()).isEmpty()
                && entry.getValue().equals(before.properties().get(entry.getKey())));
    return checkable;
  }

  private void refuseToLoseWorkers(HardwareRecord before, HardwareRecord after) {
    List<String> lost = new ArrayList<>(types.workersOf(before.hardwareType()));
    lost.removeAll(types.workersOf(after.hardwareType()));
    if (!lost.isEmpty()) {
      throw new Conflict(
          "/hardware_type: "
              + after.hardwareType()
              + " is not served by "
              + String.join(", ", lost)
              + ", which would leave things behind; delete the hardware and enroll it again");
    }
  }

  private List<String> gainedWorkers(HardwareRecord before, HardwareRecord after) {
    List<String> gained = new ArrayList<>(types.workersOf(after.hardwareType()));
    gained.removeAll(types.workersOf(before.hardwareType()));
    return gained;
  }

  private void enforce(String rule, Caller caller, String projectId) {
    policy.enforce(rule, caller, Map.of("project_id", projectId));
  }

  private void record(
      String kind, Caller caller, HardwareId id, Generation generation, Map<String, Object> body) {
    events.personDid(
        kind, id, generation, caller.userId(), caller.projectId(), caller.requestId(), body);
  }

  private <T> T inTransaction(Supplier<T> work) {
    return Objects.requireNonNull(transaction.execute(_ -> work.get()));
  }

  private static <T> T required(String name, @Nullable T value) {
    if (value == null) {
      throw new Invalid(name + ": is required");
    }
    return value;
  }

  private static void refuse(List<String> violations) {
    if (!violations.isEmpty()) {
      throw new Invalid(violations);
    }
  }
}
