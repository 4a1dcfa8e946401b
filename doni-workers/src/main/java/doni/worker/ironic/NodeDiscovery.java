package doni.worker.ironic;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.DiscoveredHardware;
import doni.worker.SharedNames;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Reads an existing node as an enrollment. The drift of that enrollment shows what the worker would
 * write: a node is importable when nothing of it would be removed.
 */
final class NodeDiscovery {

  private static final String HARDWARE_TYPE = "baremetal";
  private static final String DRIVER = "ipmi";
  private static final String HIDDEN =
      "Ironic does not show it; let the service user see it"
          + " (Ironic's policy show_password), or give it";

  private NodeDiscovery() {}

  static DiscoveredHardware of(IronicNode node, List<IronicPort> ports) {
    String name = Optional.ofNullable(node.name()).orElse("");
    String origin =
        name.isEmpty()
            ? "Ironic node " + node.uuid()
            : "Ironic node %s (%s)".formatted(node.uuid(), name);
    Optional<HardwareId> id = id(node);
    if (id.isEmpty()) {
      return new DiscoveredHardware.NotImportable(
          origin, null, List.of("its uuid is not in canonical form"));
    }
    Map<String, String> withheld = withheld(node);
    Map<String, Object> properties = properties(node, ports);
    Hardware device =
        new Hardware(
            id.get(), name, "", HARDWARE_TYPE, properties, List.of(), Generation.FIRST, false);
    List<String> problems = new ArrayList<>(problems(node, ports, device));
    List<String> notes = new ArrayList<>();
    if (problems.isEmpty()) {
      IronicDrift drift =
          IronicDrift.between(
              IronicDesiredState.of(device), node, ports, IronicRecordedState.NOTHING);
      lost(drift, withheld).forEach(problems::add);
      notes.addAll(notes(drift, node));
    }
    return problems.isEmpty()
        ? new DiscoveredHardware.Importable(
            origin, id.get(), name, HARDWARE_TYPE, properties, withheld, notes)
        : new DiscoveredHardware.NotImportable(origin, id.get(), problems);
  }

  private static Optional<HardwareId> id(IronicNode node) {
    try {
      return Optional.of(HardwareId.parse(node.uuid()))
          .filter(id -> id.toString().equals(node.uuid()));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Map<String, String> withheld(IronicNode node) {
    return node.driverInfo().get(IronicDesiredState.PASSWORD) instanceof Secret shown
            && IronicDesiredState.isMask(shown)
        ? Map.of(IronicDesiredState.PASSWORD, HIDDEN)
        : Map.of();
  }

  private static List<String> problems(IronicNode node, List<IronicPort> ports, Hardware device) {
    List<String> problems = new ArrayList<>();
    if (!DRIVER.equals(node.driver())) {
      problems.add("its driver is '%s'; allowed: %s".formatted(node.driver(), DRIVER));
    }
    if (ports.isEmpty()) {
      problems.add("it has no port; allowed: at least one");
    }
    IronicDesiredState.problem(device).ifPresent(problems::add);
    return problems;
  }

  /** What an enrollment has no property for, so that the worker would remove it. */
  private static List<String> lost(IronicDrift drift, Map<String, String> withheld) {
    return drift.node().stream()
        .filter(operation -> operation.to() == null)
        .filter(operation ->
            withheld.keySet().stream().noneMatch(it -> operation.path().endsWith("/" + it)))
        .map(operation ->
            "its %s has no property in an enrollment and would be removed"
                .formatted(operation.path().substring(1)))
        .toList();
  }

  private static List<String> notes(IronicDrift drift, IronicNode node) {
    List<String> notes = new ArrayList<>();
    if (node.state().equals("enroll")) {
      notes.add("it is in enroll: it would be verified and made available");
    }
    drift.writes(node.uuid()).stream()
        .flatMap(write -> write.changes().stream())
        .filter(change -> change.to() != null)
        .map(NodeDiscovery::note)
        .forEach(notes::add);
    return notes;
  }

  private static String note(Change change) {
    return "%s would be set to %s".formatted(change.object(), change.to());
  }

  private static Map<String, Object> properties(IronicNode node, List<IronicPort> ports) {
    Map<String, Object> properties = new LinkedHashMap<>();
    text(node.driverInfo(), "ipmi_address")
        .ifPresent(it -> properties.put(SharedNames.MANAGEMENT_ADDRESS, it));
    text(node.properties(), "cpu_arch").ifPresent(it -> properties.put(SharedNames.CPU_ARCH, it));
    properties.put(
        SharedNames.INTERFACES, ports.stream().map(NodeDiscovery::networkInterface).toList());
    Optional.ofNullable(node.driver()).ifPresent(it -> properties.put("baremetal_driver", it));
    Optional.ofNullable(node.resourceClass())
        .ifPresent(it -> properties.put("baremetal_resource_class", it));
    image(node, "deploy_kernel", "baremetal_deploy_kernel_image", properties);
    image(node, "deploy_ramdisk", "baremetal_deploy_ramdisk_image", properties);
    Map<String, String> capabilities = NodeCapabilities.ours(node.properties().get("capabilities"));
    if (!capabilities.isEmpty()) {
      properties.put("baremetal_capabilities", capabilities);
    }
    text(node.driverInfo(), "ipmi_username").ifPresent(it -> properties.put("ipmi_username", it));
    if (node.driverInfo().get(IronicDesiredState.PASSWORD) instanceof Secret shown
        && !IronicDesiredState.isMask(shown)) {
      properties.put(IronicDesiredState.PASSWORD, shown);
    }
    port(node, "ipmi_port", properties);
    port(node, "ipmi_terminal_port", properties);
    return properties;
  }

  private static Map<String, Object> networkInterface(IronicPort port) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("name", text(port.extra(), "name").orElse(port.uuid()));
    one.put("mac_address", port.macAddress());
    text(port.link(), "switch_id").ifPresent(it -> one.put("switch_id", it));
    text(port.link(), "port_id").ifPresent(it -> one.put("switch_port_id", it));
    text(port.link(), "switch_info").ifPresent(it -> one.put("switch_info", it));
    one.put("pxe_enabled", port.pxeEnabled());
    return one;
  }

  private static void image(
      IronicNode node, String key, String property, Map<String, Object> properties) {
    text(node.driverInfo(), key)
        .filter(NodeDiscovery::isUuid)
        .ifPresent(it -> properties.put(property, it));
  }

  private static boolean isUuid(String text) {
    try {
      return UUID.fromString(text).toString().equalsIgnoreCase(text);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** Ironic keeps a port number as the text that a client wrote. */
  private static void port(IronicNode node, String key, Map<String, Object> properties) {
    Object value = node.driverInfo().get(key);
    if (value != null && value.toString().strip().matches("\\d{1,5}")) {
      properties.put(key, Integer.valueOf(value.toString().strip()));
    }
  }

  private static Optional<String> text(Map<String, Object> map, String key) {
    return map.get(key) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }
}
