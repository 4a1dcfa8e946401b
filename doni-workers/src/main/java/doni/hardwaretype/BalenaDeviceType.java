package doni.hardwaretype;

import static doni.hardwaretype.FieldSchemas.object;
import static doni.hardwaretype.FieldSchemas.oneOf;

import doni.machinetype.MachineTypes;
import doni.worker.HardwareType;
import doni.worker.SharedNames;
import doni.worker.WorkerField;
import doni.worker.k8s.BootstrapToken;
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
                SharedNames.CHANNEL_TYPE,
                oneOf("wireguard"),
                SharedNames.PUBLIC_KEY,
                Map.of("type", "string", "maxLength", 256)),
            SharedNames.CHANNEL_TYPE);
    return new HardwareType(
        NAME,
        List.of(SharedNames.K8S, "balena", SharedNames.BLAZAR_DEVICE, "tunelo"),
        List.of(
            WorkerField.of(MachineTypes.PROPERTY, oneOf(machineTypes.toArray(String[]::new)))
                .asRequired(),
            WorkerField.of(
                    "contact_email", Map.of("type", "string", "format", "email", "maxLength", 254))
                .asRequired()
                .asHidden(),
            WorkerField.of(
                    SharedNames.BOOTSTRAP_TOKEN,
                    Map.of("type", "string", "pattern", "^" + BootstrapToken.PATTERN + "$"))
                .asHidden()
                .asEncrypted()
                .withFallback(new WorkerField.Fallback.Issued(BootstrapToken::generate)),
            WorkerField.of(
                    SharedNames.CHANNELS,
                    object(
                        Map.of(
                            SharedNames.USER_CHANNEL,
                            channel,
                            SharedNames.MANAGEMENT_CHANNEL,
                            channel),
                        SharedNames.USER_CHANNEL))
                .asHidden(),
            WorkerField.of(
                SharedNames.DEVICE_PROFILES,
                Map.of("type", "array", "items", Map.of("type", "string"))),
            WorkerField.of(SharedNames.LOCAL_EGRESS, oneOf("allow", "deny"))
                .withFallback(new WorkerField.Fallback.Declared("allow"))));
  }
}
