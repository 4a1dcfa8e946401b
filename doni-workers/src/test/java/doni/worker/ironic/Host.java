package doni.worker.ironic;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.simulator.SiteClock;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An enrolled host, and what its task has recorded so far. */
final class Host {

  static final String PASSWORD = "c4nary-s3cret";
  static final String MAC = "52:54:00:aa:00:01";
  static final String SECOND_MAC = "52:54:00:aa:00:02";

  private static final int ATTEMPTS = 20;

  private final HardwareId id;
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> followed = new HashMap<>();
  private final List<Map<String, Object>> interfaces = new ArrayList<>();
  private String name;
  private long generation = 1;
  private boolean deleted;

  Host() {
    this(HardwareId.random());
  }

  /** Returns a host that has the same values each time. */
  static Host withFixedId() {
    return new Host(HardwareId.parse("5c9b8d1e-0000-4000-8000-00000000000a"));
  }

  private Host(HardwareId id) {
    this.id = id;
    name = "nc-" + id.toString().substring(0, 8);
    properties.put("management_address", "10.0.0.1");
    properties.put("ipmi_username", "root");
    properties.put("ipmi_password", new Secret(PASSWORD));
    properties.put("ipmi_port", 623);
    properties.put("baremetal_capabilities", Map.of("boot_mode", "uefi", "boot_option", "local"));
    interfaces.add(
        new HashMap<>(
            Map.of(
                "name", "eno1",
                "mac_address", "52:54:00:AA:00:01",
                "switch_id", "AA:BB:CC:DD:EE:FF",
                "switch_port_id", "Ethernet1/1",
                "switch_info", "tor1")));
    interfaces.add(
        new HashMap<>(Map.of("name", "eno2", "mac_address", SECOND_MAC, "pxe_enabled", false)));
  }

  Host with(String property, Object value) {
    properties.put(property, value);
    generation++;
    return this;
  }

  Host without(String property) {
    properties.remove(property);
    generation++;
    return this;
  }

  Host named(String other) {
    name = other;
    generation++;
    return this;
  }

  /** Sets, or removes, a value of an interface. */
  Host withInterface(int index, String key, @Nullable Object value) {
    if (value == null) {
      interfaces.get(index).remove(key);
    } else {
      interfaces.get(index).put(key, value);
    }
    generation++;
    return this;
  }

  Host withAnotherInterface(String interfaceName, String macAddress) {
    interfaces.add(new HashMap<>(Map.of("name", interfaceName, "mac_address", macAddress)));
    generation++;
    return this;
  }

  Host deleted() {
    deleted = true;
    generation++;
    return this;
  }

  /** The interfaces are as they were at first. */
  Host restore() {
    interfaces.removeLast();
    interfaces.get(1).remove("enabled");
    generation++;
    return this;
  }

  /** Not deleted, and nothing is recorded of it. */
  Host enrolledAgain() {
    deleted = false;
    details.clear();
    generation++;
    return this;
  }

  Host followedBy(String worker) {
    followed.put(worker, Map.of());
    return this;
  }

  Host freeOf(String worker) {
    followed.remove(worker);
    return this;
  }

  String name() {
    return name;
  }

  String uuid() {
    return id.toString();
  }

  Map<String, Object> details() {
    return details;
  }

  /** Makes one attempt after a change; its details are recorded as the engine does. */
  Outcome requested(Worker worker) {
    return keep(
        worker.plan(attempt(ReconcileContext.Cause.REQUESTED)).apply(WriteGate.OPEN), worker);
  }

  Outcome scheduled(Worker worker) {
    return keep(
        worker.plan(attempt(ReconcileContext.Cause.SCHEDULED)).apply(WriteGate.OPEN), worker);
  }

  /** Makes an attempt of which nothing is recorded, because the service died. */
  void killed(Worker worker) {
    var _ = worker.plan(attempt(ReconcileContext.Cause.REQUESTED)).apply(WriteGate.OPEN);
  }

  /** Makes attempts, each when the one before asks for it, until one does not defer. */
  Outcome inTheEnd(Worker worker, SiteClock clock) {
    Outcome outcome = requested(worker);
    for (int i = 0; i < ATTEMPTS && outcome instanceof Outcome.Deferred deferred; i++) {
      clock.advance(deferred.after() == null ? Duration.ofSeconds(1) : deferred.after());
      outcome = requested(worker);
    }
    return outcome;
  }

  ReconcileContext attempt(ReconcileContext.Cause cause) {
    return new ReconcileContext(hardware(), details, cause, followed);
  }

  Hardware hardware() {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    all.put("interfaces", List.copyOf(interfaces));
    return new Hardware(
        id, name, "project", "baremetal", all, List.of(), new Generation(generation), deleted);
  }

  private Outcome keep(Outcome outcome, Worker worker) {
    for (Map.Entry<String, @Nullable Object> detail : outcome.details().entrySet()) {
      Object value = detail.getValue();
      if (value == null) {
        details.remove(detail.getKey());
      } else {
        boolean secret =
            worker.secretDetails().contains(detail.getKey()) && value instanceof String;
        details.put(detail.getKey(), secret ? new Secret((String) value) : value);
      }
    }
    return outcome;
  }
}
