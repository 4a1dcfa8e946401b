package doni.enrollment;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The desired state of one device at one generation.
 *
 * <p>Property values are what JSON knows (strings, numbers, booleans, lists, maps), except that a
 * value which is encrypted at rest is a {@link Secret}.
 *
 * @param name as its owner typed it
 * @param deleted whether its owner deleted it, so that what remains to be done is to clean up
 */
public record Hardware(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    List<ReservationWindow> windows,
    Generation generation,
    boolean deleted) {

  public Hardware {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    windows = List.copyOf(windows);
  }

  /** The string under that name; empty when it is absent, not a string, or the empty string. */
  public Optional<String> text(String property) {
    return properties.get(property) instanceof String s && !s.isEmpty()
        ? Optional.of(s)
        : Optional.empty();
  }

  /** The secret under that name; empty when it is absent or its value is the empty string. */
  public Optional<Secret> secret(String property) {
    return properties.get(property) instanceof Secret s && !s.value().isEmpty()
        ? Optional.of(s)
        : Optional.empty();
  }
}
