package doni.worker.ironic;

import doni.backend.BackendFactory;
import doni.openstack.OpenStack;
import doni.worker.ConditionalOnWorker;
import doni.worker.SharedNames;
import doni.worker.Worker;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the ironic worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker(SharedNames.IRONIC)
@EnableConfigurationProperties(IronicProperties.class)
class IronicConfiguration {

  @Bean
  BackendFactory<IronicClient> httpIronicClient(
      OpenStack openStack, IronicProperties properties, Clock clock) {
    return new BackendFactory<>(
        "ironic", () -> new HttpIronicClient(openStack.service(properties.service()), clock));
  }

  @Bean
  BackendFactory<IronicClient> inMemoryIronicClient() {
    return new BackendFactory<>("in-memory", InMemoryIronicClient::new);
  }

  @Bean
  Worker ironicWorker(
      List<BackendFactory<IronicClient>> backends, IronicProperties properties, Clock clock) {
    IronicClient client =
        BackendFactory.choose("doni.workers.ironic.backend", properties.backend(), backends);
    return new IronicWorker(client, properties.onDelete(), clock);
  }
}
