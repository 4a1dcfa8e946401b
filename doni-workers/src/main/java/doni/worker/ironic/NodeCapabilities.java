package doni.worker.ironic;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and merges the text {@code key:value,key:value} in which Ironic keeps a node's
 * capabilities. Inspection writes into it, too, so only {@link #OURS} are changed and the others
 * stay.
 */
final class NodeCapabilities {

  static final List<String> OURS =
      List.of("boot_option", "boot_mode", "secure_boot", "trusted_boot", "disk_label");

  private NodeCapabilities() {}

  /** Returns whether our keys have the desired values, in any order. */
  static boolean agree(@Nullable Object text, Map<String, String> wanted) {
    Map<String, String> present = parse(text);
    return OURS.stream().allMatch(key -> Objects.equals(present.get(key), wanted.get(key)));
  }

  /** Returns the values of our keys. */
  static Map<String, String> ours(@Nullable Object text) {
    Map<String, String> ours = parse(text);
    ours.keySet().retainAll(OURS);
    return ours;
  }

  /** Returns the text with the desired values; empty when no capability is left. */
  static Optional<String> merged(@Nullable Object text, Map<String, String> wanted) {
    Map<String, String> merged = parse(text);
    OURS.forEach(key -> {
      String value = wanted.get(key);
      if (value == null) {
        merged.remove(key);
      } else {
        merged.put(key, value);
      }
    });
    return merged.isEmpty() ? Optional.empty() : Optional.of(text(merged));
  }

  private static Map<String, String> parse(@Nullable Object text) {
    Map<String, String> parsed = new LinkedHashMap<>();
    if (text instanceof String known) {
      for (String part : known.split(",", -1)) {
        String[] pair = part.strip().split(":", 2);
        if (!pair[0].isBlank()) {
          parsed.put(pair[0].strip(), pair.length == 2 ? pair[1].strip() : "");
        }
      }
    }
    return parsed;
  }

  private static String text(Map<String, String> capabilities) {
    return capabilities.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
