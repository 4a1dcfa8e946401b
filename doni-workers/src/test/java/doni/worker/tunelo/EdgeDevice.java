package doni.worker.tunelo;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcileContext.Cause;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An enrolled device, and what its task reports so far. */
final class EdgeDevice {

  private final HardwareId id = HardwareId.random();
  private final Map<String, Object> channels = new TreeMap<>();
  private final Map<String, Object> details = new LinkedHashMap<>();
  private boolean deleted;

  /** A key whose bytes are all the same. */
  static String key(int number) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) number);
    return Base64.getEncoder().encodeToString(bytes);
  }

  EdgeDevice with(String name, @Nullable String publicKey) {
    channels.put(
        name,
        publicKey == null
            ? Map.of("channel_type", "wireguard")
            : Map.of("channel_type", "wireguard", "public_key", publicKey));
    return this;
  }

  EdgeDevice without(String name) {
    channels.remove(name);
    return this;
  }

  EdgeDevice delete() {
    deleted = true;
    return this;
  }

  HardwareId id() {
    return id;
  }

  boolean isDeleted() {
    return deleted;
  }

  boolean wants(String publicKey) {
    return channels.values().stream()
        .anyMatch(channel -> ((Map<?, ?>) channel).containsValue(publicKey));
  }

  boolean reports(String publicKey) {
    return String.valueOf(details.get(Recorded.OWNED)).contains(publicKey);
  }

  Map<String, Object> details() {
    return details;
  }

  /** What clients read of a channel. */
  Optional<Map<?, ?>> reported(String name) {
    return details.get("channels") instanceof Map<?, ?> all
            && all.get(name) instanceof Map<?, ?> one
        ? Optional.of(one)
        : Optional.empty();
  }

  String uuid(String name) {
    return reported(name).map(channel -> String.valueOf(channel.get("uuid"))).orElse("none");
  }

  ReconcileContext attempt(Cause cause) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("machine_name", "raspberrypi4-64");
    if (!channels.isEmpty()) {
      properties.put("channels", channels);
    }
    return new ReconcileContext(
        new Hardware(
            id,
            "edge",
            "project",
            "device.balena",
            properties,
            List.of(),
            Generation.FIRST,
            deleted),
        details,
        cause);
  }

  /** Keeps an outcome's details as the engine does. */
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
