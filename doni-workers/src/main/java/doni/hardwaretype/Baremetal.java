package doni.hardwaretype;

import static doni.hardwaretype.Schemas.object;
import static doni.hardwaretype.Schemas.oneOf;

import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.util.List;
import java.util.Map;

/** A host that the site owns and that is reserved as a whole. */
final class Baremetal {

  static final String NAME = "baremetal";

  private Baremetal() {}

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
        List.of("blazar.physical_host", "ironic"),
        List.of(
            WorkerField.of(
                    "management_address",
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
                    "interfaces", Map.of("type", "array", "minItems", 1, "items", networkInterface))
                .asRequired(),
            WorkerField.of("cpu_arch", oneOf("x86_64", "aarch64"))
                .asRequired()
                .withFallback(new WorkerField.Fallback.Declared("x86_64"))));
  }
}
