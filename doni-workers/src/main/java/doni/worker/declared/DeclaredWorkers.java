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

/** The properties of Balena, Tunelo and Blazar, as the clients of v1 know them. */
@Configuration(proxyBeanMethods = false)
class DeclaredWorkers {

  private static final Map<String, Object> TEXT = Map.of("type", "string");
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
  @ConditionalOnWorker("tunelo")
  Worker tunelo() {
    return new DeclaredWorker("tunelo", List.of());
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

  private static List<WorkerField> authorization() {
    return List.of(
        WorkerField.of("authorized_projects", TEXT_LIST),
        WorkerField.of("authorized_projects_reason", TEXT));
  }
}
