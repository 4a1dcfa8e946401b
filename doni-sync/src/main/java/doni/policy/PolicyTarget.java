package doni.policy;

import java.util.Map;
import java.util.Set;

/** What the service passes to a rule as its target, under the names of the original Doni. */
public final class PolicyTarget {

  private static final Set<String> DEVICE = Set.of("uuid", "name", "project_id", "hardware_type");
  private static final Set<String> PROJECT = Set.of("project_id", "user_id");

  private static final Map<String, Set<String>> OTHERS =
      Map.of(
          "hardware:create", PROJECT,
          "hardware:import", PROJECT,
          // Of a device, or of a project when labels come with an enrollment.
          "hardware:label_site", Set.of("project_id"),
          "hardware:sync_all", Set.of(),
          "leftover:get", Set.of(),
          "leftover:delete", Set.of());

  private PolicyTarget() {}

  /** The target of an action on one device. */
  public static Map<String, String> device(
      String uuid, String name, String projectId, String hardwareType) {
    return Map.of(
        "uuid", uuid, "name", name, "project_id", projectId, "hardware_type", hardwareType);
  }

  /** The target of an enrollment in a project, of which the caller becomes the user. */
  public static Map<String, String> enrollment(String projectId, Caller caller) {
    return Map.of("project_id", projectId, "user_id", caller.userId());
  }

  /** The target of what is done to all devices of a project, such as to list them. */
  public static Map<String, String> devicesOf(String projectId) {
    return Map.of("project_id", projectId);
  }

  /** The target of a rule that is asked about the caller's project, without a device. */
  public static Map<String, String> ownProject(String rule, Caller caller) {
    return isAboutProject(rule)
        ? enrollment(caller.projectId(), caller)
        : devicesOf(caller.projectId());
  }

  /** The target of an action on the whole site: no rule about a project matches it. */
  public static Map<String, String> site() {
    return Map.of();
  }

  /** The attributes that the target of a rule can have; a device's for a rule of the site's own. */
  static Set<String> attributes(String rule) {
    return OTHERS.getOrDefault(rule, DEVICE);
  }

  /** Returns whether the service asks the rule about a project, without a device. */
  static boolean isAboutProject(String rule) {
    return attributes(rule).equals(PROJECT);
  }

  /** Returns whether any target has the attribute. */
  static boolean isKnown(String attribute) {
    return DEVICE.contains(attribute) || PROJECT.contains(attribute);
  }
}
