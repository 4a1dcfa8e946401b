package doni.convergence;

import doni.backend.BackendException;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import doni.worker.ReconcilePlan;
import doni.worker.SharedNames;
import doni.worker.Worker;
import doni.worker.WriteGate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Enrolled hardware in a test, with what its task has recorded so far. Each {@code with} method
 * changes the enrollment and returns the same fixture.
 */
public final class HardwareFixture {

  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final List<ReservationWindow> windows = new ArrayList<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> dependencies = new LinkedHashMap<>();
  private final String type;
  private HardwareId id = HardwareId.random();
  private String name;
  private boolean deleted;

  private HardwareFixture(String type, String name) {
    this.type = type;
    this.name = name;
  }

  /** Returns a Raspberry Pi named {@code pi-1}. */
  public static HardwareFixture anEnrolledDevice() {
    return new HardwareFixture("device.balena", "pi-1")
        .withProperty("machine_name", "raspberrypi4-64");
  }

  /** Returns a bare-metal host named {@code host-1}. */
  public static HardwareFixture anEnrolledHost() {
    return new HardwareFixture("baremetal", "host-1");
  }

  public HardwareFixture withId(HardwareId newId) {
    id = newId;
    return this;
  }

  public HardwareFixture named(String newName) {
    name = newName;
    return this;
  }

  public HardwareFixture withProperty(String property, Object value) {
    properties.put(property, value);
    return this;
  }

  /** Sets the bootstrap token; the empty string stands for none. */
  public HardwareFixture withToken(String token) {
    return withProperty(SharedNames.BOOTSTRAP_TOKEN, new Secret(token));
  }

  public HardwareFixture withoutProperty(String property) {
    properties.remove(property);
    return this;
  }

  public HardwareFixture withWindow(ReservationWindow window) {
    windows.removeIf(other -> other.uuid().equals(window.uuid()));
    windows.add(window);
    return this;
  }

  public HardwareFixture withoutWindow(ReservationWindow window) {
    windows.removeIf(other -> other.uuid().equals(window.uuid()));
    return this;
  }

  /** Sets what another worker has recorded on which the tested one depends. */
  public HardwareFixture withDependency(String worker, Map<String, Object> recorded) {
    dependencies.put(worker, recorded);
    return this;
  }

  public HardwareFixture withoutDependencies() {
    dependencies.clear();
    return this;
  }

  public HardwareFixture deleted() {
    deleted = true;
    return this;
  }

  public HardwareId id() {
    return id;
  }

  public String name() {
    return name;
  }

  /** Returns the bootstrap token; empty where there is none. */
  public String token() {
    return hardware().secret(SharedNames.BOOTSTRAP_TOKEN).map(Secret::value).orElse("");
  }

  /** Returns the public part of the bootstrap token. */
  public String tokenId() {
    return token().substring(0, token().indexOf('.'));
  }

  public boolean isDeleted() {
    return deleted;
  }

  /** Returns the recorded details; a test may change them. */
  public Map<String, Object> details() {
    return details;
  }

  public Hardware hardware() {
    return new Hardware(id, name, "project", type, properties, windows, Generation.FIRST, deleted);
  }

  public ReconcileContext attempt(Cause cause) {
    return new ReconcileContext(hardware(), details, cause, dependencies);
  }

  /** Makes one attempt that a person asked for, and records its details. */
  public Outcome requested(Worker worker) {
    return record(worker.plan(attempt(Cause.REQUESTED)).apply(WriteGate.OPEN));
  }

  /** Makes one scheduled attempt, and records its details. */
  public Outcome scheduled(Worker worker) {
    return record(worker.plan(attempt(Cause.SCHEDULED)).apply(WriteGate.OPEN));
  }

  /** Makes one attempt that a person asked for, and classifies a failed call as the engine does. */
  public Outcome attempted(Worker worker) {
    ReconcilePlan plan;
    try {
      plan = plan(worker);
    } catch (BackendException e) {
      return FailureClassifier.classify(e);
    }
    try {
      return record(plan.apply(WriteGate.OPEN));
    } catch (BackendException e) {
      return record(FailureClassifier.classify(e, plan));
    }
  }

  public ReconcilePlan plan(Worker worker) {
    return worker.plan(attempt(Cause.REQUESTED));
  }

  public List<Change> planned(Worker worker) {
    return plan(worker).changes();
  }

  /** Records an outcome's details as the engine does. */
  public Outcome record(Outcome outcome) {
    record(details, outcome);
    return outcome;
  }

  static void record(Map<String, Object> details, Outcome outcome) {
    for (Map.Entry<String, @Nullable Object> detail : outcome.details().entrySet()) {
      Object value = detail.getValue();
      if (value == null) {
        details.remove(detail.getKey());
      } else {
        details.put(detail.getKey(), value);
      }
    }
  }
}
