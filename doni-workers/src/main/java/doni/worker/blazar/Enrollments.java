package doni.worker.blazar;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The properties with which something that Blazar has would be enrolled. */
final class Enrollments {

  static final String NODE_NAME = "node_name";

  private static final String UNKNOWN = "unknown";

  /** What stands for a device profile: a property that is only there. */
  private static final String THERE = "True";

  /** What a device has that is no profile of its. */
  private static final Set<String> OF_A_DEVICE =
      Set.of(
          Resource.UID,
          "device_driver",
          "device_type",
          "platform_version",
          "machine_name",
          "device_name",
          "vendor",
          "model");

  private Enrollments() {}

  static String hardwareType(Kind kind) {
    return switch (kind) {
      case DEVICE -> "device.balena";
      case HOST -> "baremetal";
    };
  }

  /**
   * @param ownProject the site's, which is always let in and never enrolled
   */
  static Map<String, Object> properties(Kind kind, Resource resource, String ownProject) {
    Map<String, Object> properties = new LinkedHashMap<>();
    switch (kind) {
      case DEVICE -> ofDevice(resource, properties);
      case HOST -> ofHost(resource, properties);
    }
    authorization(resource, ownProject, properties);
    return properties;
  }

  private static void ofDevice(Resource resource, Map<String, Object> properties) {
    text(resource, "machine_name")
        .filter(name -> !name.equals(UNKNOWN))
        .ifPresent(name -> properties.put("machine_name", name));
    text(resource, "device_driver")
        .ifPresent(driver -> properties.put("blazar_device_driver", driver));
    Set<String> profiles = new TreeSet<>();
    resource
        .properties()
        .forEach((key, value) -> {
          if (value.equals(THERE)
              && !OF_A_DEVICE.contains(key)
              && !Authorization.KEYS.contains(key)) {
            profiles.add(key);
          }
        });
    if (!profiles.isEmpty()) {
      properties.put("device_profiles", List.copyOf(profiles));
    }
  }

  private static void ofHost(Resource resource, Map<String, Object> properties) {
    text(resource, "cpu_arch").ifPresent(it -> properties.put("cpu_arch", it));
    text(resource, "node_type").ifPresent(it -> properties.put("node_type", it));
    Map<String, Object> placement = new LinkedHashMap<>();
    for (String key : List.of("node", "rack")) {
      text(resource, "placement." + key).ifPresent(it -> placement.put(key, it));
    }
    if (!placement.isEmpty()) {
      properties.put("placement", placement);
    }
    text(resource, "su_factor")
        .flatMap(Enrollments::number)
        .ifPresent(it -> properties.put("su_factor", it));
  }

  private static void authorization(
      Resource resource, String ownProject, Map<String, Object> properties) {
    List<String> all =
        text(resource, Authorization.PROJECTS).stream()
            .flatMap(ids -> Stream.of(ids.split(",", -1)))
            .map(String::strip)
            .filter(id -> !id.isEmpty())
            .toList();
    List<String> others = all.stream().filter(id -> !id.equals(ownProject)).toList();
    if (!all.isEmpty()) {
      properties.put(Authorization.PROJECTS, others.isEmpty() ? all : others);
    }
    text(resource, Authorization.REASON)
        .ifPresent(reason -> properties.put(Authorization.REASON_FIELD, reason));
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text)).filter(Double::isFinite);
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(Resource resource, String key) {
    return Optional.ofNullable(resource.properties().get(key)).filter(text -> !text.isEmpty());
  }
}
