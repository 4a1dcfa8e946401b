package doni.worker.declared;

import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The properties of Balena, Blazar and Ironic, as the clients of v1 know them. */
@Configuration(proxyBeanMethods = false)
class DeclaredWorkers {

  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> UUID = Map.of("type", "string", "format", "uuid");
  private static final Map<String, Object> TEXT_LIST = Map.of("type", "array", "items", TEXT);

  @Bean
  @ConditionalOnWorker("balena")
  Worker balena() {
    return new DeclaredWorker(
        "balena",
        List.of(
            WorkerField.of("application_credential_id", TEXT).asRequired().asHidden(),
            WorkerField.of("application_credential_secret", TEXT)
                .asRequired()
                .asHidden()
                .asMasked()));
  }

  @Bean
  @ConditionalOnWorker("blazar.device")
  Worker blazarDevice() {
    List<WorkerField> fields = new ArrayList<>(authorization());
    fields.add(
        WorkerField.of("blazar_device_driver", TEXT).withFallback(new Fallback.Stored("k8s")));
    return new DeclaredWorker("blazar.device", fields);
  }

  @Bean
  @ConditionalOnWorker("blazar.physical_host")
  Worker blazarPhysicalHost() {
    List<WorkerField> fields = new ArrayList<>(authorization());
    fields.add(WorkerField.of("node_type", TEXT));
    fields.add(
        WorkerField.of(
            "placement",
            Map.of(
                "type",
                "object",
                "properties",
                Map.of("rack", TEXT, "node", TEXT),
                "additionalProperties",
                false)));
    fields.add(
        WorkerField.of("su_factor", Map.of("type", "number"))
            .withFallback(new Fallback.Declared(1.0)));
    return new DeclaredWorker("blazar.physical_host", fields);
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

  private static List<WorkerField> authorization() {
    return List.of(
        WorkerField.of("authorized_projects", TEXT_LIST),
        WorkerField.of("authorized_projects_reason", TEXT));
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
