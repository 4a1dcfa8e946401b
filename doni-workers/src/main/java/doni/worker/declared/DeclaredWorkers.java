package doni.worker.declared;

import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The properties of Tunelo and Ironic, as the clients of v1 know them. */
@Configuration(proxyBeanMethods = false)
class DeclaredWorkers {

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> UUID = Map.of("type", "string", "format", "uuid");

  @Bean
  @ConditionalOnWorker("tunelo")
  Worker tunelo() {
    return new DeclaredWorker("tunelo", List.of());
  }

  @Bean
  @ConditionalOnWorker("ironic")
  Worker ironic() {
    Map<String, Object> port = Map.of("type", "integer", "minimum", 1, "maximum", 65_535);
    return new DeclaredWorker(
        "ironic",
        List.of(
            WorkerField.of("baremetal_driver", oneOf("ipmi")).asHidden(),
            WorkerField.of("baremetal_resource_class", TEXT).asHidden(),
            WorkerField.of("baremetal_deploy_kernel_image", UUID).asHidden(),
            WorkerField.of("baremetal_deploy_ramdisk_image", UUID).asHidden(),
            WorkerField.of("baremetal_capabilities", capabilities()).asHidden(),
            WorkerField.of("ipmi_username", TEXT).asHidden(),
            WorkerField.of("ipmi_password", TEXT).asHidden().asMasked(),
            WorkerField.of("ipmi_port", port).asHidden(),
            WorkerField.of("ipmi_terminal_port", port).asHidden()));
  }

  private static Map<String, Object> capabilities() {
    return Map.of(
        "type",
        "object",
        "properties",
        Map.of(
            "boot_option", oneOf("local", "netboot", "ramdisk", "kickstart"),
            "boot_mode", oneOf("bios", "uefi"),
            "secure_boot", oneOf("true", "false"),
            "trusted_boot", oneOf("true", "false"),
            "disk_label", oneOf("msdos", "gpt")),
        "additionalProperties",
        false);
  }

  private static Map<String, Object> oneOf(String... values) {
    return Map.of("type", "string", "enum", List.of(values));
  }
}
