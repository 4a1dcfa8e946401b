package doni.worker.blazar;

import doni.convergence.AppliedPlan;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Enrolled hardware, and what its task reports so far. */
final class Enrolled {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final HardwareId id = HardwareId.random();
  private final String type;
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> followed = new LinkedHashMap<>();
  private final List<ReservationWindow> windows = new ArrayList<>();
  private Map<String, Object> details = new LinkedHashMap<>();
  private String name = "Edge-" + COUNT.incrementAndGet();
  private boolean deleted;

  private Enrolled(String type) {
    this.type = type;
  }

  /** A device that has joined the cluster. */
  static Enrolled aDevice() {
    return new Enrolled("device.balena")
        .with("machine_name", "raspberrypi4-64")
        .with("blazar_device_driver", "k8s")
        .following("k8s", Map.of("node_uid", "n1"));
  }

  /** A host that Ironic knows. */
  static Enrolled aHost() {
    return new Enrolled("baremetal")
        .with("cpu_arch", "x86_64")
        .following("ironic", Map.of("provision_state", "available"));
  }

  Enrolled with(String property, Object value) {
    properties.put(property, value);
    return this;
  }

  Enrolled without(String property) {
    properties.remove(property);
    return this;
  }

  Enrolled named(String newName) {
    name = newName;
    return this;
  }

  Enrolled following(String worker, Map<String, Object> report) {
    followed.put(worker, report);
    return this;
  }

  Enrolled followingNobody() {
    followed.clear();
    return this;
  }

  Enrolled deleted() {
    deleted = true;
    return this;
  }

  /** Loses what the last attempts reported, as when a replica dies before it can say it. */
  Enrolled forgetful(Map<String, Object> before) {
    details = new LinkedHashMap<>(before);
    return this;
  }

  ReservationWindow available(Instant start, Instant end) {
    ReservationWindow window = new ReservationWindow(UUID.randomUUID(), start, end);
    windows.add(window);
    return window;
  }

  ReservationWindow changed(ReservationWindow window, Instant start, Instant end) {
    windows.remove(window);
    ReservationWindow changed = new ReservationWindow(window.uuid(), start, end);
    windows.add(changed);
    return changed;
  }

  void unavailable(ReservationWindow window) {
    windows.remove(window);
  }

  String uid() {
    return id.toString();
  }

  /** Under which Blazar knows the node. */
  String node() {
    return name.toLowerCase(Locale.ROOT);
  }

  Map<String, Object> details() {
    return details;
  }

  private ReconcileContext attempt(ReconcileContext.Cause cause) {
    return new ReconcileContext(
        new Hardware(id, name, "project", type, properties, windows, Generation.FIRST, deleted),
        details,
        cause,
        followed);
  }

  Outcome requested(Worker worker) {
    return keep(AppliedPlan.of(worker.plan(attempt(ReconcileContext.Cause.REQUESTED))));
  }

  Outcome routine(Worker worker) {
    return keep(AppliedPlan.of(worker.plan(attempt(ReconcileContext.Cause.SCHEDULED))));
  }

  List<Change> planned(Worker worker) {
    return plan(worker).changes();
  }

  ReconcilePlan plan(Worker worker) {
    return worker.plan(attempt(ReconcileContext.Cause.REQUESTED));
  }

  boolean isDeleted() {
    return deleted;
  }

  private Outcome keep(Outcome outcome) {
    for (Map.Entry<String, @Nullable Object> detail : outcome.details().entrySet()) {
      Object value = detail.getValue();
      if (value == null) {
        details.remove(detail.getKey());
      } else {
        details.put(detail.getKey(), value);
      }
    }
    return outcome;
  }
}
