package doni.worker;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the settings under a prefix have to be like. Each rule that is broken stops the start with a
 * line that names the key, the value and what is allowed.
 *
 * @param prefix of the keys, with the dot that ends it
 */
public record SettingRules(String prefix) {

  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);
  private static final Set<String> INTERFACES = Set.of("admin", "internal", "public");

  /**
   * The rule that all others end in.
   *
   * @param name of the setting, below the prefix
   * @throws IllegalArgumentException when it is not {@code right}
   */
  public void require(boolean right, String name, @Nullable Object value, String allowed) {
    if (!right) {
      throw new IllegalArgumentException(
          "%s%s is '%s'; allowed: %s".formatted(prefix, name, value, allowed));
    }
  }

  /** A time-out of a call: more than nothing, and no longer than anybody would wait. */
  public void timeout(String name, Duration timeout) {
    require(
        timeout.toMillis() > 0 && timeout.compareTo(LONGEST_TIMEOUT) <= 0,
        name,
        timeout,
        "more than 0 and at most 5m");
  }

  /** One of the interfaces that OpenStack's catalog has endpoints for, or none. */
  public void endpointInterface(@Nullable String name) {
    require(
        name == null || INTERFACES.contains(name),
        "interface",
        name,
        String.join(", ", new TreeSet<>(INTERFACES)));
  }

  /** Whether a text is an absolute HTTP URL with a host. */
  public static boolean isHttpUrl(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && ("http".equalsIgnoreCase(uri.getScheme())
              || "https".equalsIgnoreCase(uri.getScheme()));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
