package doni.worker.ironic;

import doni.openstack.OpenStack;
import doni.worker.Backend;
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
  Backend<BareMetal> ironicBareMetal(
      OpenStack openStack, IronicProperties properties, Clock clock) {
    return new Backend<>(
        "ironic", () -> new IronicApi(openStack.service(properties.service()), clock));
  }

  @Bean
  Backend<BareMetal> inMemoryBareMetal() {
    return new Backend<>("in-memory", InMemoryBareMetal::new);
  }

  @Bean
  Worker ironicWorker(List<Backend<BareMetal>> backends, IronicProperties properties, Clock clock) {
    BareMetal bareMetal =
        Backend.choose("doni.workers.ironic.backend", properties.backend(), backends);
    return new IronicWorker(bareMetal, properties.onDelete(), clock);
  }
}
