package doni.hardwaretype;

import static doni.hardwaretype.FieldSchemas.object;
import static doni.hardwaretype.FieldSchemas.oneOf;

import doni.worker.HardwareType;
import doni.worker.WorkerField;
import doni.worker.k8s.BootstrapTokens;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An edge device that its owner enrolls and that joins the site's Kubernetes cluster. */
final class BalenaDeviceType {

  static final String NAME = "device.balena";

  private BalenaDeviceType() {}

  static HardwareType create(Set<String> machineTypes) {
    Map<String, Object> channel =
        object(
            Map.of(
                "channel_type",
                oneOf("wireguard"),
                "public_key",
                Map.of("type", "string", "maxLength", 256)),
            "channel_type");
    return new HardwareType(
        NAME,
        List.of("k8s", "balena", "blazar.device", "tunelo"),
        List.of(
            WorkerField.of("machine_name", oneOf(machineTypes.toArray(String[]::new))).asRequired(),
            WorkerField.of(
                    "contact_email", Map.of("type", "string", "format", "email", "maxLength", 254))
                .asRequired()
                .asHidden(),
            WorkerField.of(
                    "k8s_bootstrap_token",
                    Map.of("type", "string", "pattern", "^" + BootstrapTokens.PATTERN + "$"))
                .asHidden()
                .asEncrypted()
                .withFallback(new WorkerField.Fallback.Issued(BootstrapTokens::generate)),
            WorkerField.of("channels", object(Map.of("user", channel, "mgmt", channel), "user"))
                .asHidden(),
            WorkerField.of(
                "device_profiles", Map.of("type", "array", "items", Map.of("type", "string"))),
            WorkerField.of("local_egress", oneOf("allow", "deny"))
                .withFallback(new WorkerField.Fallback.Declared("allow"))));
  }
}
