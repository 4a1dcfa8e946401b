package doni.api;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardware.JsonPatchOperation;
import doni.hardware.ReservationWindowRecord;
import doni.hardware.VersionedHardware;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.task.TaskState;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@link HardwareService} in memory: enough of it to see what the REST layer hands over. Public,
 * with methods of the same shape, because a mock delegates to it.
 */
public class MemoryIntake {

  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00.987654Z");

  private final Map<String, HardwareView> hardware = new ConcurrentHashMap<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger reports = new AtomicInteger();
  private final AtomicInteger views = new AtomicInteger();
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final AtomicReference<@Nullable RuntimeException> interruption = new AtomicReference<>();
  private final AtomicReference<@Nullable Object> received = new AtomicReference<>();

  public void clear() {
    hardware.clear();
    reports.set(0);
    views.set(0);
    failure.set(null);
    interruption.set(null);
    received.set(null);
  }

  public void failWith(RuntimeException next) {
    failure.set(next);
  }

  /** Lets lists fail after their last device. */
  public void interruptListsWith(RuntimeException next) {
    interruption.set(next);
  }

  /** What the last call got besides the caller. */
  public Object received() {
    return Optional.ofNullable(received.get()).orElseThrow();
  }

  public int size() {
    return hardware.size();
  }

  public HardwareView add(String name, String project) {
    HardwareView enrollment =
        new HardwareView(
            HardwareId.random(),
            name,
            project,
            "fake-hardware",
            Map.of("default_required_field", "drf"),
            NOON.plusSeconds(calls.getAndIncrement()),
            null,
            Generation.FIRST,
            null,
            List.of(new WorkerReport("fake-worker", TaskState.PENDING, Map.of())));
    hardware.put(enrollment.id().toString(), enrollment);
    return enrollment;
  }

  private void enter(Object argument) {
    received.set(argument);
    RuntimeException next = failure.get();
    if (next != null) {
      throw next;
    }
  }

  private HardwareView find(Caller caller, String rule, String ref) {
    HardwareView found =
        hardware.values().stream()
            .filter(h -> h.id().toString().equals(ref) || h.name().equals(ref))
            .findFirst()
            .orElseThrow(() -> RequestRefusedException.NotFound.hardware(ref));
    if (!caller.roles().contains("admin") && !caller.projectId().equals(found.projectId())) {
      throw new RequestRefusedException.Forbidden(rule);
    }
    return found;
  }

  private static void check(HardwareView found, @Nullable Set<Generation> expected) {
    if (expected != null && !expected.contains(found.generation())) {
      throw new RequestRefusedException.Stale("The device was changed meanwhile.");
    }
  }

  public HardwareView create(
      Caller caller, HardwareService.Request request, @Nullable String idempotencyKey) {
    enter(idempotencyKey == null ? request : idempotencyKey);
    String name = String.valueOf(request.name());
    if (hardware.values().stream().anyMatch(h -> h.name().equals(name))) {
      throw RequestRefusedException.Conflict.name(name);
    }
    return add(name, caller.projectId());
  }

  public HardwareView get(Caller caller, String ref) {
    enter(ref);
    return find(caller, "hardware:get", ref);
  }

  /** The version is the generation and the number of {@link #report reports}. */
  public VersionedHardware read(Caller caller, String ref) {
    enter(ref);
    HardwareView found = find(caller, "hardware:get", ref);
    return new VersionedHardware(
        found.generation() + "-" + reports.get(),
        () -> {
          views.incrementAndGet();
          return found;
        });
  }

  public VersionedHardware readDeletedToo(Caller caller, String ref) {
    HardwareView found = getDeletedToo(caller, ref);
    return new VersionedHardware(found.generation() + "-deleted", () -> found);
  }

  /** Lets a worker report something new about every device. */
  public void report() {
    reports.incrementAndGet();
  }

  /** How many devices were shown. */
  public int views() {
    return views.get();
  }

  /** Shows every device as deleted. */
  public HardwareView getDeletedToo(Caller caller, String ref) {
    enter(ref);
    HardwareView found = find(caller, "hardware:get", ref);
    return new HardwareView(
        found.id(),
        found.name(),
        found.projectId(),
        found.hardwareType(),
        found.properties(),
        found.createdAt(),
        found.updatedAt(),
        found.generation(),
        null,
        found.workers(),
        NOON,
        null,
        List.of());
  }

  public HardwareService.Page list(Caller caller, HardwareListQuery query) {
    if (query.allProjects() && !caller.roles().contains("admin")) {
      throw new RequestRefusedException.Forbidden("hardware:get");
    }
    return export(query);
  }

  public HardwareService.Page export(HardwareListQuery query) {
    enter(query);
    if (query.marker() != null && !hardware.containsKey(query.marker().toString())) {
      throw new RequestRefusedException.Invalid("marker: must be a device");
    }
    List<HardwareView> all =
        hardware.values().stream().sorted(Comparator.comparing(HardwareView::createdAt)).toList();
    return new HardwareService.Page(reading(all), UnaryOperator.identity(), query.limit());
  }

  private Iterator<HardwareView> reading(List<HardwareView> all) {
    Stream<HardwareView> end =
        Stream.of(interruption)
            .flatMap(reference -> Stream.ofNullable(reference.get()))
            .map(interrupted -> {
              throw interrupted;
            });
    return Stream.concat(all.stream(), end).iterator();
  }

  public HardwareView patch(
      Caller caller,
      String ref,
      List<JsonPatchOperation> patch,
      @Nullable Set<Generation> expected) {
    enter(patch);
    HardwareView old = find(caller, "hardware:update", ref);
    check(old, expected);
    Map<String, Object> properties = new LinkedHashMap<>(old.properties());
    HardwareView changed =
        new HardwareView(
            old.id(),
            old.name(),
            old.projectId(),
            old.hardwareType(),
            properties,
            old.createdAt(),
            NOON,
            old.generation().next(),
            old.quarantine(),
            old.workers());
    hardware.put(ref, changed);
    return changed;
  }

  public void delete(Caller caller, String ref, @Nullable Set<Generation> expected) {
    enter(ref);
    HardwareView old = find(caller, "hardware:delete", ref);
    check(old, expected);
    hardware.remove(old.id().toString());
  }

  public void sync(Caller caller, String ref) {
    enter(ref);
    find(caller, "hardware:update", ref);
  }

  public void syncDeletedToo(Caller caller, String ref) {
    enter("deleted too: " + ref);
    find(caller, "hardware:update", ref);
  }

  public List<ReservationWindowRecord> availability(Caller caller, String ref) {
    enter(ref);
    find(caller, "hardware:get", ref);
    return List.of(
        new ReservationWindowRecord(
            new ReservationWindow(
                UUID.fromString("5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b"),
                NOON,
                NOON.plusSeconds(3600)),
            NOON,
            null));
  }

  public List<HardwareEvent> events(Caller caller, String ref, int limit, @Nullable Long before) {
    enter(limit + "/" + before);
    find(caller, "hardware:get", ref);
    return List.of(
        new HardwareEvent(
            new EventFeedPosition(81234, 4711),
            HardwareId.random(),
            NOON,
            "hardware.created",
            1,
            null,
            "u",
            "p",
            "req-1",
            Map.of("n", 1)));
  }
}
