package doni.worker.blazar;

import doni.machinetype.MachineTypes;
import doni.worker.SharedNames;
import doni.worker.blazar.BlazarObservedState.BlazarResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Derives from a resource the properties with which it would be enrolled. */
final class DiscoveredProperties {

  /** Properties of a device whose value may be {@code True} without being a profile. */
  private static final Set<String> NOT_PROFILES =
      Set.of(
          BlazarResource.UID,
          "device_driver",
          "device_type",
          "platform_version",
          "machine_name",
          "device_name",
          "vendor",
          "model");

  private DiscoveredProperties() {}

  static String hardwareType(ResourceKind kind) {
    return switch (kind) {
      case DEVICE -> "device.balena";
      case HOST -> "baremetal";
    };
  }

  /**
   * Returns the properties of an enrollment.
   *
   * @param ownProject the site's, which is always authorized and never enrolled
   */
  static Map<String, Object> of(ResourceKind kind, BlazarResource resource, String ownProject) {
    Map<String, Object> properties = new LinkedHashMap<>();
    switch (kind) {
      case DEVICE -> putDevice(resource, properties);
      case HOST -> putHost(resource, properties);
    }
    putAuthorization(resource, ownProject, properties);
    return properties;
  }

  private static void putDevice(BlazarResource resource, Map<String, Object> properties) {
    text(resource, "machine_name")
        .filter(name -> !name.equals(DesiredProperties.UNKNOWN_MACHINE))
        .ifPresent(name -> properties.put(MachineTypes.PROPERTY, name));
    text(resource, "device_driver")
        .ifPresent(driver -> properties.put(DesiredProperties.DRIVER_FIELD, driver));
    Set<String> profiles = new TreeSet<>();
    resource
        .properties()
        .forEach((key, value) -> {
          boolean profile =
              value.equals(DesiredProperties.PROFILE_VALUE)
                  && !NOT_PROFILES.contains(key)
                  && !ProjectAuthorization.KEYS.contains(key);
          if (profile) {
            profiles.add(key);
          }
        });
    if (!profiles.isEmpty()) {
      properties.put(SharedNames.DEVICE_PROFILES, List.copyOf(profiles));
    }
  }

  private static void putHost(BlazarResource resource, Map<String, Object> properties) {
    for (String key : List.of(SharedNames.CPU_ARCH, DesiredProperties.NODE_TYPE)) {
      text(resource, key).ifPresent(it -> properties.put(key, it));
    }
    Map<String, Object> placement = new LinkedHashMap<>();
    for (String key : DesiredProperties.PLACEMENT_KEYS) {
      text(resource, DesiredProperties.PLACEMENT + "." + key)
          .ifPresent(it -> placement.put(key, it));
    }
    if (!placement.isEmpty()) {
      properties.put(DesiredProperties.PLACEMENT, placement);
    }
    text(resource, DesiredProperties.SU_FACTOR)
        .flatMap(DiscoveredProperties::number)
        .ifPresent(it -> properties.put(DesiredProperties.SU_FACTOR, it));
  }

  private static void putAuthorization(
      BlazarResource resource, String ownProject, Map<String, Object> properties) {
    List<String> all =
        text(resource, ProjectAuthorization.PROJECTS).stream()
            .flatMap(ids -> Stream.of(ids.split(",", -1)))
            .map(String::strip)
            .filter(id -> !id.isEmpty())
            .toList();
    List<String> others = all.stream().filter(id -> !id.equals(ownProject)).toList();
    if (!all.isEmpty()) {
      properties.put(ProjectAuthorization.PROJECTS, others.isEmpty() ? all : others);
    }
    text(resource, ProjectAuthorization.REASON)
        .ifPresent(reason -> properties.put(ProjectAuthorization.REASON_FIELD, reason));
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text)).filter(Double::isFinite);
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(BlazarResource resource, String key) {
    return Optional.ofNullable(resource.properties().get(key)).filter(text -> !text.isEmpty());
  }
}
