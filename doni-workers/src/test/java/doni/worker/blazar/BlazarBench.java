package doni.worker.blazar;

import doni.convergence.FaultyCalls;
import doni.convergence.HardwareFixture;
import doni.convergence.WorkerBench;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.simulator.SiteClock;
import doni.worker.Worker;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import doni.worker.blazar.BlazarWrite.LeaseDates;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One of the two workers in front of a Blazar whose calls can fail. */
abstract class BlazarBench implements WorkerBench {

  private static final HardwareId ID = HardwareId.parse("11111111-1111-4111-8111-111111111111");
  private static final Instant START = Instant.parse("2026-11-25T05:00:00Z");
  private static final ReservationWindow WINDOW =
      new ReservationWindow(
          UUID.fromString("00000000-0000-4000-8000-000000000001"),
          START,
          START.plus(Duration.ofHours(2)));

  private final ResourceKind kind;
  private final FaultyCalls<BlazarClient> calls;
  private final BlazarClient client;
  private final SiteClock clock;
  private final Worker worker;

  /**
   * @param client past which nothing fails
   */
  BlazarBench(
      ResourceKind kind, FaultyCalls<BlazarClient> calls, BlazarClient client, SiteClock clock) {
    this.kind = kind;
    this.calls = calls;
    this.client = client;
    this.clock = clock;
    BlazarAccess access = new BlazarAccess(calls.client(), new ProcessLock(), clock);
    this.worker = new BlazarWorker(kind, access, BlazarSite.MACHINE_TYPES);
  }

  static SiteClock clock() {
    return new SiteClock(Instant.parse("2026-11-23T04:00:30Z"), Duration.ofNanos(1_000));
  }

  static boolean writes(Method method) {
    return method.getReturnType() == BlazarWriteResult.class;
  }

  /** Makes the node of the hardware known to Blazar; does nothing where it is known. */
  abstract void join(String nodeName);

  /** Returns whether this Blazar changes a property that a device already has. */
  abstract boolean changesProperties();

  ResourceKind kind() {
    return kind;
  }

  BlazarClient client() {
    return client;
  }

  @Override
  public Worker worker() {
    return worker;
  }

  /** Returns the name by which Blazar knows the node of {@link #hardware}. */
  String nodeName() {
    return nodeName(hardware());
  }

  private String nodeName(Hardware hardware) {
    return switch (kind) {
      case DEVICE -> hardware.name();
      case HOST -> hardware.id().toString();
    };
  }

  private HardwareFixture enrolled() {
    HardwareFixture hardware =
        switch (kind) {
          case DEVICE ->
              HardwareFixture.anEnrolledDevice().withProperty("device_profiles", List.of("camera"));
          case HOST ->
              HardwareFixture.anEnrolledHost()
                  .withProperty("node_type", "compute")
                  .withProperty("placement", Map.of("node", "4", "rack", "7"))
                  .withProperty("su_factor", 2.0);
        };
    return hardware.withId(ID).withWindow(WINDOW);
  }

  @Override
  public Hardware hardware() {
    return enrolled().hardware();
  }

  @Override
  public Map<String, Map<String, Object>> dependencies(Hardware hardware) {
    return switch (kind) {
      case DEVICE ->
          Map.of(
              "k8s",
              Map.of(
                  "node_uid",
                  "n1",
                  "node_name",
                  nodeName(hardware),
                  "node_generation",
                  hardware.generation().value()));
      case HOST -> Map.of("ironic", Map.of("provision_state", "available"));
    };
  }

  @Override
  public Map<String, Hardware> changedFields() {
    Map<String, HardwareFixture> fields = new LinkedHashMap<>();
    fields.put("name", enrolled().named("renamed"));
    fields.put("window added", enrolled().withWindow(window(6, 7)));
    fields.put("window removed", enrolled().withoutWindow(WINDOW));
    fields.put("window moved", enrolled().withWindow(moved(Duration.ofHours(1))));
    fields.put("window in the past", enrolled().withWindow(moved(Duration.ofDays(-30))));
    fields.put("projects", enrolled().withProperty("authorized_projects", List.of("alice-proj")));
    fields.put("reason", enrolled().withProperty("authorized_projects_reason", "lab only"));
    switch (kind) {
      case DEVICE -> putDeviceFields(fields);
      case HOST -> putHostFields(fields);
    }
    Map<String, Hardware> hardware = new LinkedHashMap<>();
    fields.forEach((name, fixture) -> hardware.put(name, fixture.hardware()));
    return hardware;
  }

  private void putDeviceFields(Map<String, HardwareFixture> fields) {
    fields.put("driver", enrolled().withProperty("blazar_device_driver", "zun"));
    fields.put(
        "profile added", enrolled().withProperty("device_profiles", List.of("camera", "gpu")));
    if (changesProperties()) {
      fields.put("machine", enrolled().withProperty("machine_name", "jetson-nano"));
      fields.put("no profile", enrolled().withoutProperty("device_profiles"));
    }
  }

  private void putHostFields(Map<String, HardwareFixture> fields) {
    fields.put("node_type", enrolled().withProperty("node_type", "storage"));
    fields.put("no node_type", enrolled().withoutProperty("node_type"));
    fields.put("cpu_arch", enrolled().withProperty("cpu_arch", "aarch64"));
    fields.put("su_factor", enrolled().withProperty("su_factor", 3));
    fields.put("rack", enrolled().withProperty("placement", Map.of("node", "4", "rack", "8")));
    fields.put("no rack", enrolled().withProperty("placement", Map.of("node", "4")));
  }

  private static ReservationWindow window(int fromDay, int toDay) {
    return new ReservationWindow(
        UUID.fromString("00000000-0000-4000-8000-000000000002"),
        START.plus(Duration.ofDays(fromDay)),
        START.plus(Duration.ofDays(toDay)));
  }

  private static ReservationWindow moved(Duration by) {
    return new ReservationWindow(WINDOW.uuid(), START.plus(by), WINDOW.end().plus(by));
  }

  @Override
  public void proceed(Hardware hardware) {
    clock.advance(Duration.ofMinutes(1));
    join(nodeName(hardware));
  }

  @Override
  public Map<String, Runnable> disturbances(Hardware hardware) {
    Map<String, Runnable> disturbances = new LinkedHashMap<>();
    String missing = kind == ResourceKind.DEVICE ? "model" : "node_type";
    disturbances.put("property removed", () -> disturb(missing, null));
    disturbances.put("lease deleted", () -> accepted(client.endLease(lease().id())));
    disturbances.put(
        "lease moved",
        () ->
            accepted(
                client.moveLease(
                    lease().id(),
                    new LeaseDates(
                        new LeaseStart.At(START.plusSeconds(600)), START.plusSeconds(1200)))));
    if (kind == ResourceKind.HOST || changesProperties()) {
      disturbances.put("property added", () -> disturb("restricted_reason", "closed"));
    }
    if (kind == ResourceKind.HOST) {
      disturbances.put("property changed", () -> disturb("cpu_arch", "aarch64"));
    } else if (changesProperties()) {
      disturbances.put("property changed", () -> disturb("vendor", "other"));
    }
    return disturbances;
  }

  /** Changes a property of the resource past the rules of Blazar. */
  abstract void disturb(String key, @Nullable String value);

  void set(String key, @Nullable String value) {
    Map<String, @Nullable String> properties = new HashMap<>();
    properties.put(key, value);
    accepted(client.setProperties(kind, resource().id(), properties));
  }

  BlazarResource resource() {
    return client.resources(kind).getFirst();
  }

  BlazarLease lease() {
    return client.leases().getFirst();
  }

  static <T> T accepted(BlazarWriteResult<T> result) {
    if (result instanceof BlazarWriteResult.WriteAccepted<T>(T value)) {
      return value;
    }
    throw new AssertionError("the disturbance failed: " + result);
  }

  @Override
  public String snapshot() {
    Stream<String> resources =
        client.resources(kind).stream()
            .map(it -> it.name() + " " + new TreeMap<>(it.properties()))
            .sorted();
    Stream<String> leases =
        client.leases().stream()
            .map(it -> "%s %s %s to %s".formatted(it.name(), it.state(), it.start(), it.end()))
            .sorted();
    return Stream.concat(resources, leases).collect(Collectors.joining("\n"));
  }

  @Override
  public int writes() {
    return calls.writes();
  }

  @Override
  public int calls() {
    return calls.calls();
  }

  @Override
  public void failCall(int skipped, Failure failure) {
    calls.failCall(skipped, failure);
  }

  @Override
  public void failWrite(int skipped, Failure failure) {
    calls.failWrite(skipped, failure);
  }
}
