package doni.worker.ironic;

import doni.backend.BackendFactory;
import doni.openstack.OpenStack;
import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the ironic worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker("ironic")
@EnableConfigurationProperties(IronicProperties.class)
class IronicConfiguration {

  @Bean
  BackendFactory<BareMetal> ironicBareMetal(
      OpenStack openStack, IronicProperties properties, Clock clock) {
    return new BackendFactory<>(
        "ironic", () -> new IronicApi(openStack.service(properties.service()), clock));
  }

  @Bean
  BackendFactory<BareMetal> inMemoryBareMetal() {
    return new BackendFactory<>("in-memory", InMemoryBareMetal::new);
  }

  @Bean
  Worker ironicWorker(
      List<BackendFactory<BareMetal>> backends, IronicProperties properties, Clock clock) {
    BareMetal bareMetal =
        BackendFactory.choose("doni.workers.ironic.backend", properties.backend(), backends);
    return new IronicWorker(bareMetal, properties.onDelete(), clock);
  }
}
