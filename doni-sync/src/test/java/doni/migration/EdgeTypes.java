package doni.migration;

import doni.hardwaretype.HardwareTypes;
import doni.worker.HardwareType;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The type and the workers of the dump's devices, as far as a migration looks at them. */
final class EdgeTypes {

  static final String TYPE = "device.balena";
  static final String ISSUED = "issued.0123456789abcdef";

  private static final Map<String, Object> TEXT = Map.of("type", "string");

  private EdgeTypes() {}

  static HardwareType type() {
    return new HardwareType(
        TYPE,
        List.of("k8s", "balena", "blazar.device", "tunelo"),
        List.of(
            WorkerField.of("machine_name", Map.of("type", "string", "pattern", "^[a-z0-9-]+$"))
                .asRequired(),
            WorkerField.of("contact_email", TEXT).asRequired().asHidden(),
            WorkerField.of("k8s_bootstrap_token", TEXT)
                .asHidden()
                .asEncrypted()
                .withFallback(new Fallback.Issued(() -> ISSUED)),
            WorkerField.of("channels", Map.of("type", "object")).asHidden(),
            WorkerField.of("device_profiles", Map.of("type", "array", "items", TEXT)),
            WorkerField.of("local_egress", TEXT)));
  }

  static Worker k8s() {
    return new Named("k8s", List.of());
  }

  static Worker balena() {
    return new Named(
        "balena",
        List.of(
            WorkerField.of("application_credential_id", TEXT).asRequired().asHidden(),
            WorkerField.of("application_credential_secret", TEXT).asRequired().asMasked()));
  }

  static Worker blazar() {
    return new Named(
        "blazar.device",
        List.of(
            WorkerField.of("authorized_projects", Map.of("type", "array", "items", TEXT)),
            WorkerField.of("authorized_projects_reason", TEXT),
            WorkerField.of("blazar_device_driver", TEXT)));
  }

  static Worker tunelo() {
    return new Named("tunelo", List.of());
  }

  static HardwareTypes with(Worker... workers) {
    List<HardwareType> types = List.of(type());
    return new HardwareTypes(() -> types, List.of(workers));
  }

  private record Named(String type, List<WorkerField> fields) implements Worker {
    @Override
    public Set<String> secretDetails() {
      return type.equals("balena") ? Set.of("device_api_key") : Set.of();
    }

    @Override
    public boolean reconciles() {
      return false;
    }

    @Override
    public ReconcilePlan plan(ReconcileContext attempt) {
      throw new IllegalStateException("no lane is run");
    }
  }
}
