package doni.worker.k8s;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** An enrolled device, and what its task reports so far. */
final class Enrolled {

  private final HardwareId id = HardwareId.random();
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> followed = new LinkedHashMap<>();
  private String name;
  private String token = BootstrapTokens.generate();
  private boolean deleted;

  private Enrolled(String name) {
    this.name = name;
    properties.put("machine_name", "raspberrypi4-64");
  }

  static Enrolled aDevice() {
    return new Enrolled(
        "dev-" + Integer.toString(ThreadLocalRandom.current().nextInt(), 36).replace("-", "x"));
  }

  Enrolled named(String newName) {
    name = newName;
    return this;
  }

  Enrolled with(String property, Object value) {
    properties.put(property, value);
    return this;
  }

  Enrolled without(String property) {
    properties.remove(property);
    return this;
  }

  Enrolled withToken(String newToken) {
    token = newToken;
    return this;
  }

  /** What another worker reports. */
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

  String name() {
    return name;
  }

  String uuid() {
    return id.toString();
  }

  String token() {
    return token;
  }

  String tokenId() {
    return token.substring(0, 6);
  }

  Map<String, Object> details() {
    return details;
  }

  ReconcileContext attempt(ReconcileContext.Cause cause) {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    if (!token.isEmpty()) {
      all.put(K8sWorker.TOKEN_PROPERTY, new Secret(token));
    }
    Hardware device =
        new Hardware(
            id, name, "project", "device.balena", all, List.of(), Generation.FIRST, deleted);
    return new ReconcileContext(device, details, cause, followed);
  }

  /** One attempt that somebody asked for; its details are kept as the engine keeps them. */
  Outcome requested(Worker worker) {
    return keep(worker.plan(attempt(ReconcileContext.Cause.REQUESTED)).apply());
  }

  Outcome routine(Worker worker) {
    return keep(worker.plan(attempt(ReconcileContext.Cause.SCHEDULED)).apply());
  }

  List<Change> planned(Worker worker) {
    ReconcilePlan plan = worker.plan(attempt(ReconcileContext.Cause.REQUESTED));
    return plan.changes();
  }

  Outcome keep(Outcome outcome) {
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
