package doni.worker.ironic;

import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a host is to have in Ironic. */
record Wish(NodeWish node, List<PortWish> ports) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9\\-._~]{1,255}");
  private static final Pattern UUID =
      Pattern.compile("\\p{XDigit}{8}-?(\\p{XDigit}{4}-?){3}\\p{XDigit}{12}");
  private static final Set<String> RESERVED =
      Set.of("maintenance", "management", "states", "vendor_passthru", "detail", "validate");
  private static final int LONGEST_RESOURCE_CLASS = 80;

  /** A MAC address, or a datapath id of OpenFlow. */
  private static final Pattern SWITCH =
      Pattern.compile("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}|\\p{XDigit}{16}");

  private static final List<String> SAME_NAME =
      List.of("ipmi_username", "ipmi_port", "ipmi_terminal_port");

  Wish {
    ports = List.copyOf(ports);
  }

  static Wish of(Hardware device) {
    Map<String, Object> driverInfo = new LinkedHashMap<>();
    device.text("management_address").ifPresent(it -> driverInfo.put("ipmi_address", it));
    for (String key : SAME_NAME) {
      Object value = device.properties().get(key);
      if (value != null && !value.equals("")) {
        driverInfo.put(key, value);
      }
    }
    device
        .text("baremetal_deploy_kernel_image")
        .ifPresent(it -> driverInfo.put("deploy_kernel", it));
    device
        .text("baremetal_deploy_ramdisk_image")
        .ifPresent(it -> driverInfo.put("deploy_ramdisk", it));
    return new Wish(
        new NodeWish(
            device.id().toString(),
            device.name(),
            device.text("baremetal_driver").orElse("ipmi"),
            device.text("baremetal_resource_class").orElse("baremetal"),
            driverInfo,
            device.secret("ipmi_password"),
            device.text("cpu_arch").orElse("x86_64"),
            capabilities(device)),
        interfaces(device).stream().filter(Wish::isEnabled).map(Wish::port).toList());
  }

  /** What is wrong with the enrollment, so that only a change of it can help. */
  static Optional<String> complaint(Hardware device) {
    return nameComplaint(device.name())
        .or(() -> valueComplaint(device))
        .or(() -> portComplaint(interfaces(device)));
  }

  private static Optional<String> nameComplaint(String name) {
    boolean right =
        NAME.matcher(name).matches() && !UUID.matcher(name).matches() && !RESERVED.contains(name);
    return right
        ? Optional.empty()
        : Optional.of(
            "the name '%s' cannot be the name of an Ironic node: 1 to 255 letters, digits, '-', '.', '_' or '~', no UUID, and none of %s"
                .formatted(name, String.join(", ", RESERVED.stream().sorted().toList())));
  }

  private static Optional<String> valueComplaint(Hardware device) {
    if (device.text("management_address").isEmpty()) {
      return Optional.of("management_address is missing: Ironic reaches the BMC by it");
    }
    if (device.secret("ipmi_password").filter(Wish::isMask).isPresent()) {
      return Optional.of(
          "ipmi_password consists of asterisks only, which stands for a password that is not shown");
    }
    return device
        .text("baremetal_resource_class")
        .filter(it -> it.length() > LONGEST_RESOURCE_CLASS)
        .map(_ ->
            "baremetal_resource_class is longer than %d characters"
                .formatted(LONGEST_RESOURCE_CLASS));
  }

  private static Optional<String> portComplaint(List<Map<?, ?>> interfaces) {
    Set<String> seen = new HashSet<>();
    for (Map<?, ?> one : interfaces) {
      if (!seen.add(macAddress(one))) {
        return Optional.of("two interfaces have the MAC address " + macAddress(one));
      }
      String switchId = text(one, "switch_id");
      if (!link(one).isEmpty() && !SWITCH.matcher(switchId).matches()) {
        return Optional.of(
            "the interface '%s' has the switch_id '%s'; Ironic takes a MAC address or an OpenFlow datapath id (16 hex digits)"
                .formatted(text(one, "name"), switchId));
      }
    }
    return Optional.empty();
  }

  /** Whether it is what Ironic shows in place of a password. */
  static boolean isMask(Secret password) {
    return password.value().matches("\\*+");
  }

  private static Map<String, String> capabilities(Hardware device) {
    Map<String, String> capabilities = new LinkedHashMap<>();
    if (device.properties().get("baremetal_capabilities") instanceof Map<?, ?> map) {
      for (String key : Capabilities.OURS) {
        if (map.get(key) instanceof String value && !value.isEmpty()) {
          capabilities.put(key, value);
        }
      }
    }
    return capabilities;
  }

  private static List<Map<?, ?>> interfaces(Hardware device) {
    List<Map<?, ?>> interfaces = new ArrayList<>();
    if (device.properties().get("interfaces") instanceof List<?> list) {
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

  private static PortWish port(Map<?, ?> one) {
    return new PortWish(
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
