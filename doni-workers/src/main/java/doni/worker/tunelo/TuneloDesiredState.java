package doni.worker.tunelo;

import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.worker.SharedNames;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The channels that {@code properties.channels} of a device asks for.
 *
 * @param deleted whether the device was deleted, so that no channel with one of its keys stays
 * @param channels in the order in which they may claim a key
 * @param withoutKey names of entries whose device has not reported a key yet
 * @param refused names of entries whose key cannot be used, with the reason
 */
record TuneloDesiredState(
    HardwareId device,
    boolean deleted,
    List<DesiredChannel> channels,
    List<String> withoutKey,
    Map<String, String> refused) {

  /** The user's channel comes first: of two with the same key, the later one is refused. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String name) -> !name.equals(SharedNames.USER_CHANNEL))
          .thenComparing(Comparator.naturalOrder());

  private static final String DEFAULT_TYPE = "wireguard";

  TuneloDesiredState {
    channels = List.copyOf(channels);
    withoutKey = List.copyOf(withoutKey);
  }

  /**
   * A channel that a device must have.
   *
   * @param name of its entry, {@code user} or {@code mgmt}
   * @param publicKey the device's WireGuard key, well-formed
   */
  record DesiredChannel(String name, String type, String publicKey) {}

  static TuneloDesiredState of(Hardware device) {
    List<DesiredChannel> desired = new ArrayList<>();
    List<String> withoutKey = new ArrayList<>();
    Map<String, String> refused = new LinkedHashMap<>();
    Map<String, String> nameByKey = new HashMap<>();
    if (device.properties().get(SharedNames.CHANNELS) instanceof Map<?, ?> channels) {
      TreeSet<String> names = new TreeSet<>(ORDER);
      channels.keySet().forEach(name -> names.add(String.valueOf(name)));
      for (String name : names) {
        if (channels.get(name) instanceof Map<?, ?> entry) {
          String type =
              entry.get(SharedNames.CHANNEL_TYPE) instanceof String text ? text : DEFAULT_TYPE;
          String key = entry.get(SharedNames.PUBLIC_KEY) instanceof String text ? text : "";
          String other = nameByKey.putIfAbsent(key, name);
          if (key.isEmpty()) {
            withoutKey.add(name);
          } else if (!isPublicKey(key)) {
            refused.put(name, "public_key must be 32 bytes in base64 (44 characters)");
          } else if (other != null) {
            refused.put(name, "public_key is already used by channel " + other);
          } else {
            desired.add(new DesiredChannel(name, type, key));
          }
        }
      }
    }
    return new TuneloDesiredState(device.id(), device.deleted(), desired, withoutKey, refused);
  }

  /**
   * Returns whether the text is a WireGuard public key. Tunelo accepts any text, and a hub passes
   * all keys to {@code wg} in one file: a malformed one blocks every change of that hub.
   */
  private static boolean isPublicKey(String text) {
    try {
      byte[] key = Base64.getDecoder().decode(text);
      // Base64 has several texts for some keys, but the text is how a channel is recognized.
      return key.length == 32 && Base64.getEncoder().encodeToString(key).equals(text);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Returns the names of the entries that have, or may keep, a channel. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(refused.keySet());
    channels.forEach(channel -> names.add(channel.name()));
    return names;
  }

  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    channels.forEach(channel -> keys.add(channel.publicKey()));
    return keys;
  }
}
