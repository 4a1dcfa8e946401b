package doni.hardwaretype;

import static doni.hardwaretype.FieldSchemas.object;
import static doni.hardwaretype.FieldSchemas.oneOf;

import doni.worker.HardwareType;
import doni.worker.SharedNames;
import doni.worker.WorkerField;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A host that the site owns and that is reserved as a whole. */
final class BaremetalType {

  static final String NAME = "baremetal";

  private BaremetalType() {}

  static HardwareType create() {
    Map<String, Object> text = Map.of("type", "string");
    Map<String, Object> networkInterface =
        object(
            Map.of(
                "name", text,
                "mac_address",
                    Map.of("type", "string", "pattern", "^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$"),
                "enabled", Map.of("type", "boolean"),
                "vendor", text,
                "model", text,
                "switch_id", text,
                "switch_port_id", text,
                "switch_info", text,
                "pxe_enabled", Map.of("type", "boolean")),
            "name",
            "mac_address");
    return new HardwareType(
        NAME,
        List.of(SharedNames.BLAZAR_HOST, SharedNames.IRONIC),
        List.of(
            WorkerField.of(
                    SharedNames.MANAGEMENT_ADDRESS,
                    Map.of(
                        "type",
                        "string",
                        "anyOf",
                        List.of(
                            Map.of("format", "hostname"),
                            Map.of("format", "ipv4"),
                            Map.of("format", "ipv6"))))
                .asRequired()
                .asHidden(),
            WorkerField.of(
                    SharedNames.INTERFACES,
                    Map.of("type", "array", "minItems", 1, "items", networkInterface))
                .asRequired(),
            WorkerField.of(SharedNames.CPU_ARCH, oneOf("x86_64", "aarch64"))
                .asRequired()
                .withFallback(new WorkerField.Fallback.Declared("x86_64"))),
        List.of(
            BaremetalType::repeatedAddresses,
            BaremetalType::impossibleInterfaces,
            BaremetalType::impossibleAddress));
  }

  /** A MAC address belongs to one interface, however it is written. */
  private static List<String> repeatedAddresses(Map<String, Object> properties) {
    List<String> violations = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    if (properties.get(SharedNames.INTERFACES) instanceof List<?> interfaces) {
      for (int i = 0; i < interfaces.size(); i++) {
        if (interfaces.get(i) instanceof Map<?, ?> one
            && one.get("mac_address") instanceof String address
            && !seen.add(address.toLowerCase(Locale.ROOT))) {
          violations.add(
              "/properties/interfaces/%d/mac_address: another interface has the same address"
                  .formatted(i));
        }
      }
    }
    return violations;
  }

  private static List<String> impossibleInterfaces(Map<String, Object> properties) {
    List<String> violations = new ArrayList<>();
    if (properties.get("interfaces") instanceof List<?> interfaces) {
      for (int i = 0; i < interfaces.size(); i++) {
        if (interfaces.get(i) instanceof Map<?, ?> one
            && one.get("mac_address") instanceof String address
            && !HostAddress.isInterface(address)) {
          violations.add(
              ("/properties/interfaces/%d/mac_address: must be the address of one interface,"
                      + " neither a group address nor zeros only")
                  .formatted(i));
        }
      }
    }
    return violations;
  }

  private static List<String> impossibleAddress(Map<String, Object> properties) {
    return properties.get("management_address") instanceof String address
        ? HostAddress.problem(address)
            .map(problem -> "/properties/management_address: " + problem)
            .stream()
            .toList()
        : List.of();
  }
}
