package doni.hardwaretype;

import static doni.hardwaretype.FieldSchemas.object;
import static doni.hardwaretype.FieldSchemas.oneOf;

import doni.enrollment.Secret;
import doni.machinetype.MachineTypes;
import doni.worker.HardwareType;
import doni.worker.SharedNames;
import doni.worker.WorkerField;
import doni.worker.k8s.BootstrapToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

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
                    SharedNames.CONTACT_EMAIL,
                    Map.of("type", "string", "format", "email", "maxLength", 254))
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
                .withFallback(new WorkerField.Fallback.Declared("allow"))),
        List.of(new ChannelKeys(), new CredentialTexts()));
  }

  /**
   * Refuses keys that no peer can have. Other texts that are not keys are stored, as clients of the
   * original service expect, with a warning; no channel is made for them.
   */
  private static final class ChannelKeys implements HardwareType.Rule {

    @Override
    public List<String> violations(Map<String, Object> properties) {
      return keys(
          properties,
          WireGuardKey::isImpossible,
          "must not be a point of low order, with which WireGuard cannot work");
    }

    @Override
    public List<String> warnings(Map<String, Object> properties) {
      return keys(
          properties,
          key -> !key.isEmpty() && !WireGuardKey.isWellFormed(key),
          "is not a WireGuard key (32 bytes in base64); the channel waits for one");
    }

    private static List<String> keys(
        Map<String, Object> properties, Predicate<String> condition, String text) {
      List<String> found = new ArrayList<>();
      if (properties.get("channels") instanceof Map<?, ?> channels) {
        channels.forEach((name, channel) -> {
          if (channel instanceof Map<?, ?> one
              && one.get("public_key") instanceof String key
              && condition.test(key)) {
            found.add("/properties/channels/%s/public_key: %s".formatted(name, text));
          }
        });
      }
      return found;
    }
  }

  /** Refuses credentials that Balena cannot hand to the device as environment variables. */
  private static final class CredentialTexts implements HardwareType.Rule {

    private static final List<String> PROPERTIES =
        List.of("application_credential_id", SharedNames.CREDENTIAL_SECRET);

    @Override
    public List<String> violations(Map<String, Object> properties) {
      List<String> found = new ArrayList<>();
      for (String property : PROPERTIES) {
        Object value = properties.get(property);
        String text = value instanceof Secret secret ? secret.value() : String.valueOf(value);
        if (value != null && text.isEmpty()) {
          found.add("/properties/%s: must not be empty".formatted(property));
        } else if (text.contains("\n") || text.contains("\r")) {
          found.add("/properties/%s: must not contain a line break".formatted(property));
        }
      }
      return found;
    }
  }
}
