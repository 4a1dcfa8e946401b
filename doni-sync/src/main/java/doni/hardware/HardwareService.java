package doni.hardware;

import doni.availability.AgentContacts;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.event.HardwareEvent;
import doni.hardware.HardwareEnroller.NewHardware;
import doni.policy.Caller;
import doni.request.RequestRefusedException.Invalid;
import doni.request.RequestRefusedException.NotFound;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
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
      @Nullable Map<String, Object> properties,
      @Nullable Map<String, Object> labels) {

    /** A request without labels. */
    public Request(
        @Nullable String name,
        @Nullable String hardwareType,
        @Nullable Map<String, Object> properties) {
      this(name, hardwareType, properties, null);
    }
  }

  /**
   * One page of a list, which is read while it is iterated: hardware that is enrolled, changed or
   * deleted meanwhile may appear as it was before or after.
   */
  public static final class Page implements Iterator<HardwareView> {

    private final Iterator<HardwareView> found;
    private final UnaryOperator<HardwareView> shown;
    private final int limit;
    private int returned;
    private @Nullable HardwareId last;

    /**
     * @param found the hardware; one more than the limit shows that another page follows
     * @param shown what a caller may see of it
     * @param limit maximum number of results; 0 for all
     */
    public Page(Iterator<HardwareView> found, UnaryOperator<HardwareView> shown, int limit) {
      this.found = found;
      this.shown = shown;
      this.limit = limit;
    }

    @Override
    public boolean hasNext() {
      return !isFull() && found.hasNext();
    }

    @Override
    public HardwareView next() {
      if (isFull()) {
        throw new NoSuchElementException();
      }
      HardwareView hardware = found.next();
      returned++;
      last = hardware.id();
      return shown.apply(hardware);
    }

    /** Returns the last hardware of the page if another page follows; known after iteration. */
    public Optional<HardwareId> nextMarker() {
      return isFull() && found.hasNext() ? Optional.ofNullable(last) : Optional.empty();
    }

    private boolean isFull() {
      return limit > 0 && returned == limit;
    }
  }

  private final HardwareAccess access;
  private final HardwareReader reader;
  private final HardwareListReader lists;
  private final EnrollmentRules rules;
  private final HardwareEnroller enroller;
  private final ChangeHistory history;
  private final AgentContacts contacts;

  HardwareService(
      HardwareAccess access,
      HardwareReader reader,
      HardwareListReader lists,
      EnrollmentRules rules,
      HardwareEnroller enroller,
      ChangeHistory history,
      AgentContacts contacts) {
    this.access = access;
    this.reader = reader;
    this.lists = lists;
    this.rules = rules;
    this.enroller = enroller;
    this.history = history;
    this.contacts = contacts;
  }

  /**
   * Enrolls hardware in the caller's project. Repeating the request with the same idempotency key
   * returns the same hardware.
   */
  public HardwareView create(Caller caller, Request request, @Nullable String idempotencyKey) {
    access.enforceForProject("hardware:create", caller);
    access.enforceSiteLabels(caller, caller.projectId(), request.labels());
    String name = EnrollmentRules.required("name", request.name());
    String type = EnrollmentRules.required("hardware_type", request.hardwareType());
    Map<String, Object> properties =
        rules.complete(type, EnrollmentRules.required("properties", request.properties()));
    List<String> violations = rules.violations(type, name, properties);
    if (!violations.isEmpty()) {
      throw new Invalid(violations);
    }
    NewHardware hardware =
        new NewHardware(
            HardwareId.random(),
            name,
            caller.projectId(),
            type,
            properties,
            rules.labels(request.labels()));
    HardwareView enrolled = enroller.enroll(caller, hardware, request, idempotencyKey);
    return access.shown(caller, enrolled).withWarnings(rules.warnings(type, properties));
  }

  public HardwareView get(Caller caller, String ref) {
    return read(caller, ref).view().get();
  }

  /**
   * As {@link #get}; a uuid also refers to deleted hardware that is still being cleaned up, by the
   * same policy rule.
   */
  public HardwareView getDeletedToo(Caller caller, String ref) {
    return readDeletedToo(caller, ref).view().get();
  }

  /** Returns what of live hardware was accepted but will not have the expected effect. */
  public List<String> warnings(Caller caller, String ref) {
    HardwareView hardware = get(caller, ref);
    return rules.warnings(hardware.hardwareType(), hardware.properties());
  }

  /** As {@link #get}, for callers who may know the version already and then need no view. */
  public VersionedHardware read(Caller caller, String ref) {
    StoredHardware found = access.find("hardware:get", caller, ref);
    contacts.note(found.id(), caller.applicationCredentialId());
    return access.shown(caller, found);
  }

  /** As {@link #read}, of the hardware of {@link #getDeletedToo}. */
  public VersionedHardware readDeletedToo(Caller caller, String ref) {
    return access.shown(caller, access.findDeletedToo("hardware:get", caller, ref));
  }

  public Page list(Caller caller, HardwareListQuery query) {
    String projectId = access.enforceForList(caller, query);
    return new Page(
        lists.list(query.withOneMore(), projectId, false),
        hardware -> access.shown(caller, hardware),
        query.limit());
  }

  /** Returns all live hardware with its public properties, without workers. Needs no caller. */
  public Page export(HardwareListQuery query) {
    return new Page(
        lists.list(query.withOneMore(), null, true), UnaryOperator.identity(), query.limit());
  }

  /**
   * Changes hardware. A patch that changes labels alone, or nothing, leaves the generation as it
   * is, unless it writes a masked property: the answer must not show whether that has the stored
   * value.
   *
   * @param expected the generations of which the hardware must have one; null for any
   */
  @Transactional
  public HardwareView patch(
      Caller caller,
      String ref,
      List<JsonPatchOperation> operations,
      @Nullable Set<Generation> expected) {
    LockedHardware locked = access.lock("hardware:update", caller, ref, expected);
    HardwareJsonPatch patch = new HardwareJsonPatch(operations);
    HardwareRecord before = locked.record();
    HardwareRecord after = rules.patched(before, patch);
    List<ReservationWindow> windowsBefore = patch.changesWindows() ? locked.windows() : List.of();
    List<ReservationWindow> windowsAfter = patch.applyTo(windowsBefore);
    access.enforceSiteLabels(caller, before, after);
    Set<String> masked = rules.masked(after, patch);
    if (masked.isEmpty() && after.sameSpec(before) && windowsAfter.equals(windowsBefore)) {
      return reader.view(locked, relabeled(caller, locked, before, after));
    }
    HardwareRecord changed = locked.change(after, patch.changesWindows() ? windowsAfter : null);
    history.accept(
        "hardware.updated",
        changed.id(),
        changed.generation(),
        caller,
        rules.gainedWorkers(before, changed),
        rules.difference(before, changed, masked, windowsBefore, windowsAfter));
    List<String> warnings =
        new ArrayList<>(rules.warnings(after.hardwareType(), after.properties()));
    warnings.addAll(WindowWarnings.of(windowsBefore, windowsAfter, changed.changedAt()));
    return reader.view(locked, changed).withWarnings(warnings);
  }

  /** Stores labels that differ. The desired state stays what it is, so no task becomes due. */
  private HardwareRecord relabeled(
      Caller caller, LockedHardware locked, HardwareRecord before, HardwareRecord after) {
    if (after.labels().equals(before.labels())) {
      return before;
    }
    HardwareRecord labeled = locked.relabel(after);
    history.labeled(
        labeled.id(),
        labeled.generation(),
        caller,
        rules.difference(before, labeled, Set.of(), List.of(), List.of()));
    return labeled;
  }

  /** Deletes hardware: its name is free at once, its workers clean up. */
  @Transactional
  public void delete(Caller caller, String ref, @Nullable Set<Generation> expected) {
    LockedHardware locked = access.lock("hardware:delete", caller, ref, expected);
    Generation generation = locked.delete();
    history.accept(
        "hardware.deleted", locked.id(), generation, caller, Map.of("name", locked.name()));
  }

  /** Makes every task of the hardware due now. */
  @Transactional
  public void sync(Caller caller, String ref) {
    sync(caller, access.lock("hardware:update", caller, ref, null));
  }

  /**
   * As {@link #sync}; a uuid also refers to deleted hardware, the cleanup of which is due now. No
   * task is added: a worker that has cleaned up has ended its work.
   */
  @Transactional
  public void syncDeletedToo(Caller caller, String ref) {
    sync(caller, access.lockDeletedToo("hardware:update", caller, ref));
  }

  private void sync(Caller caller, LockedHardware locked) {
    Generation generation = locked.touch();
    history.accept("hardware.synced", locked.id(), generation, caller, Map.of());
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
    Optional<Map<String, String>> target = reader.targetOf(id);
    if (target.isPresent()) {
      access.enforce("hardware:get", caller, target.get());
      return history.of(id, limit, before);
    }
    List<HardwareEvent> found = history.of(id, limit, before);
    if (found.isEmpty() || !access.allowsForAll("hardware:get", caller)) {
      throw NotFound.hardware(ref);
    }
    return found;
  }
}
