package doni.worker.balena;

import doni.convergence.AppliedPlan;
import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.Worker;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An enrolled device, and what its task reports so far. */
final class Enrolled {

  static final String CREDENTIAL = "canary-credential-secret";
  static final String TOKEN = "abcdef.0123456789abcdef";

  private final HardwareId id = HardwareId.random();
  private final Map<String, Object> properties = new LinkedHashMap<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private String name;
  private boolean deleted;

  private Enrolled(String name) {
    this.name = name;
    properties.put("machine_name", "raspberrypi4-64");
    properties.put("application_credential_id", "credential-1");
    properties.put("application_credential_secret", new Secret(CREDENTIAL));
    properties.put("k8s_bootstrap_token", new Secret(TOKEN));
  }

  static Enrolled aDevice() {
    return new Enrolled("edge-01");
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

  Enrolled deleted() {
    deleted = true;
    return this;
  }

  String uuid() {
    return id.toString().replace("-", "");
  }

  Map<String, Object> details() {
    return details;
  }

  String key() {
    return details.get("device_api_key") instanceof Secret secret ? secret.value() : "";
  }

  ReconcileContext attempt(ReconcileContext.Cause cause) {
    Hardware device =
        new Hardware(
            id, name, "project", "device.balena", properties, List.of(), Generation.FIRST, deleted);
    return new ReconcileContext(device, details, cause);
  }

  /** One attempt that somebody asked for; its details are kept as the engine keeps them. */
  Outcome requested(Worker worker) {
    return keep(AppliedPlan.of(worker.plan(attempt(ReconcileContext.Cause.REQUESTED))));
  }

  Outcome routine(Worker worker) {
    return keep(AppliedPlan.of(worker.plan(attempt(ReconcileContext.Cause.SCHEDULED))));
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
