package doni.worker.ironic;

import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.worker.SharedNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The node and the ports that an enrollment asks for. */
record IronicDesiredState(DesiredIronicNode node, List<DesiredPort> ports) {

  /** The property of an enrollment, and the key of {@code driver_info}. */
  static final String PASSWORD = "ipmi_password";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9\\-._~]{1,255}");
  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}-?(\\p{XDigit}{4}-?){3}\\p{XDigit}{12}");
  private static final Set<String> RESERVED =
      Set.of("maintenance", "management", "states", "vendor_passthru", "detail", "validate");
  private static final int LONGEST_RESOURCE_CLASS = 80;

  /** A MAC address or an OpenFlow datapath id. */
  private static final Pattern SWITCH =
      Pattern.compile("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}|\\p{XDigit}{16}");

  private static final List<String> SAME_NAME =
      List.of("ipmi_username", "ipmi_port", "ipmi_terminal_port");

  /**
   * The desired node.
   *
   * @param uuid that of the hardware
   * @param driverInfo the desired keys, without the password
   * @param capabilities the desired ones of {@link NodeCapabilities#OURS}
   */
  record DesiredIronicNode(
      String uuid,
      String name,
      String driver,
      String resourceClass,
      Map<String, Object> driverInfo,
      Optional<Secret> password,
      String cpuArchitecture,
      Map<String, String> capabilities) {

    DesiredIronicNode {
      driverInfo = Map.copyOf(driverInfo);
      capabilities = Map.copyOf(capabilities);
    }
  }

  /**
   * A desired port.
   *
   * @param macAddress in lower case
   * @param link {@code switch_id}, {@code port_id} and {@code switch_info}, or nothing
   */
  record DesiredPort(String macAddress, String name, boolean pxeEnabled, Map<String, Object> link) {

    DesiredPort {
      link = Map.copyOf(link);
    }
  }

  IronicDesiredState {
    ports = List.copyOf(ports);
  }

  static IronicDesiredState of(Hardware hardware) {
    Map<String, Object> driverInfo = new LinkedHashMap<>();
    hardware
        .text(SharedNames.MANAGEMENT_ADDRESS)
        .ifPresent(it -> driverInfo.put("ipmi_address", it));
    for (String key : SAME_NAME) {
      Object value = hardware.properties().get(key);
      if (value != null && !value.equals("")) {
        driverInfo.put(key, value);
      }
    }
    hardware
        .text("baremetal_deploy_kernel_image")
        .ifPresent(it -> driverInfo.put("deploy_kernel", it));
    hardware
        .text("baremetal_deploy_ramdisk_image")
        .ifPresent(it -> driverInfo.put("deploy_ramdisk", it));
    return new IronicDesiredState(
        new DesiredIronicNode(
            hardware.id().toString(),
            hardware.name(),
            hardware.text("baremetal_driver").orElse("ipmi"),
            hardware.text("baremetal_resource_class").orElse("baremetal"),
            driverInfo,
            hardware.secret(PASSWORD),
            hardware.text(SharedNames.CPU_ARCH).orElse("x86_64"),
            capabilities(hardware)),
        interfaces(hardware).stream()
            .filter(IronicDesiredState::isEnabled)
            .map(IronicDesiredState::port)
            .toList());
  }

  /** Returns what Ironic cannot take of the enrollment, so that only a change of it can help. */
  static Optional<String> problem(Hardware hardware) {
    return nameProblem(hardware.name())
        .or(() -> valueProblem(hardware))
        .or(() -> portProblem(interfaces(hardware)));
  }

  /** Returns what {@link #problem} demands of a name, as a JSON schema. */
  static Map<String, Object> nameSchema() {
    return Map.of(
        "type",
        "string",
        "pattern",
        "^(?!%s$)(?!(%s)$)%s$"
            .formatted(
                UUID.pattern(),
                String.join("|", RESERVED.stream().sorted().toList()),
                NAME.pattern()));
  }

  private static Optional<String> nameProblem(String name) {
    boolean valid =
        NAME.matcher(name).matches() && !UUID.matcher(name).matches() && !RESERVED.contains(name);
    return valid
        ? Optional.empty()
        : Optional.of(
            ("name: must be 1 to 255 letters, digits, '-', '.', '_' or '~', not a UUID,"
                    + " and none of %s, because it names the Ironic node; was '%s'")
                .formatted(String.join(", ", RESERVED.stream().sorted().toList()), name));
  }

  private static Optional<String> valueProblem(Hardware hardware) {
    if (hardware.text(SharedNames.MANAGEMENT_ADDRESS).isEmpty()) {
      return Optional.of("management_address: must be set, because Ironic reaches the BMC by it");
    }
    if (hardware.secret(PASSWORD).filter(IronicDesiredState::isMask).isPresent()) {
      return Optional.of(
          "ipmi_password: must not be asterisks only, which stand for a hidden password");
    }
    return hardware
        .text("baremetal_resource_class")
        .filter(it -> it.length() > LONGEST_RESOURCE_CLASS)
        .map(_ ->
            "baremetal_resource_class: must be at most %d characters long"
                .formatted(LONGEST_RESOURCE_CLASS));
  }

  private static Optional<String> portProblem(List<Map<?, ?>> interfaces) {
    Set<String> seen = new HashSet<>();
    for (Map<?, ?> one : interfaces) {
      if (!seen.add(macAddress(one))) {
        return Optional.of(
            "interfaces: must have different MAC addresses; %s occurs twice"
                .formatted(macAddress(one)));
      }
      String switchId = text(one, "switch_id");
      if (!link(one).isEmpty() && !SWITCH.matcher(switchId).matches()) {
        return Optional.of(
            ("interfaces: switch_id of '%s' must be a MAC address or an OpenFlow datapath id"
                    + " (16 hex digits); was '%s'")
                .formatted(text(one, "name"), switchId));
      }
    }
    return Optional.empty();
  }

  /** Returns whether the text is what Ironic shows in place of a password. */
  static boolean isMask(Secret password) {
    return password.value().matches("\\*+");
  }

  private static Map<String, String> capabilities(Hardware hardware) {
    Map<String, String> capabilities = new LinkedHashMap<>();
    if (hardware.properties().get("baremetal_capabilities") instanceof Map<?, ?> map) {
      for (String key : NodeCapabilities.OURS) {
        if (map.get(key) instanceof String value && !value.isEmpty()) {
          capabilities.put(key, value);
        }
      }
    }
    return capabilities;
  }

  private static List<Map<?, ?>> interfaces(Hardware hardware) {
    List<Map<?, ?>> interfaces = new ArrayList<>();
    if (hardware.properties().get(SharedNames.INTERFACES) instanceof List<?> list) {
      for (Object one : list) {
        if (one instanceof Map<?, ?> map) {
          interfaces.add(map);
        }
      }
    }
    return interfaces;
  }

  private static boolean isEnabled(Map<?, ?> one) {
    return !Boolean.FALSE.equals(one.get("enabled"));
  }

  private static DesiredPort port(Map<?, ?> one) {
    return new DesiredPort(
        macAddress(one),
        text(one, "name"),
        !Boolean.FALSE.equals(one.get("pxe_enabled")),
        link(one));
  }

  private static String macAddress(Map<?, ?> one) {
    return text(one, "mac_address").toLowerCase(Locale.ROOT);
  }

  private static Map<String, Object> link(Map<?, ?> one) {
    String switchId = text(one, "switch_id");
    String portId = text(one, "switch_port_id");
    // Ironic keeps a switch's id in lower case, and refuses a switch_info that is null.
    return switchId.isEmpty() || portId.isEmpty()
        ? Map.of()
        : Map.of(
            "switch_id",
            switchId.toLowerCase(Locale.ROOT),
            "port_id",
            portId,
            "switch_info",
            text(one, "switch_info"));
  }

  private static String text(Map<?, ?> one, String key) {
    return one.get(key) instanceof String value ? value : "";
  }
}
