package doni.worker.tunelo;

import doni.enrollment.Hardware;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code properties.channels} asks for.
 *
 * @param wanted in the order in which they have a right to their key
 * @param withoutKey names whose device has not told its key yet
 * @param refused names whose key cannot be used, with the reason
 */
record Wishes(List<ChannelWish> wanted, List<String> withoutKey, Map<String, String> refused) {

  static final String PROPERTY = "channels";
  static final String USER = "user";
  static final String MANAGEMENT = "mgmt";

  /** The user's channel comes first: of two with one key it is the later one that is refused. */
  private static final Comparator<String> ORDER =
      Comparator.comparing((String name) -> !name.equals(USER))
          .thenComparing(Comparator.naturalOrder());

  static Wishes of(Hardware device) {
    List<ChannelWish> wanted = new ArrayList<>();
    List<String> withoutKey = new ArrayList<>();
    Map<String, String> refused = new LinkedHashMap<>();
    Map<String, String> nameByKey = new HashMap<>();
    if (device.properties().get(PROPERTY) instanceof Map<?, ?> channels) {
      TreeSet<String> names = new TreeSet<>(ORDER);
      channels.keySet().forEach(name -> names.add(String.valueOf(name)));
      for (String name : names) {
        if (channels.get(name) instanceof Map<?, ?> entry) {
          String type = entry.get("channel_type") instanceof String text ? text : "wireguard";
          String key = entry.get("public_key") instanceof String text ? text : "";
          String twin = nameByKey.putIfAbsent(key, name);
          if (key.isEmpty()) {
            withoutKey.add(name);
          } else if (!PublicKey.isWellFormed(key)) {
            refused.put(name, "its public_key is no WireGuard key: " + PublicKey.FORM);
          } else if (twin != null) {
            refused.put(name, "its public_key is already used by the channel " + twin);
          } else {
            wanted.add(new ChannelWish(name, type, key));
          }
        }
      }
    }
    return new Wishes(List.copyOf(wanted), List.copyOf(withoutKey), refused);
  }

  /** The entries that have, or may keep, a channel. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(refused.keySet());
    wanted.forEach(wish -> names.add(wish.name()));
    return names;
  }
}
