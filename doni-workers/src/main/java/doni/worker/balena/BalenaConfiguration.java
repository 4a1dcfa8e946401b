package doni.worker.balena;

import doni.backend.BackendFactory;
import doni.backend.BackendGuard;
import doni.machinetype.MachineTypeCatalog;
import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import doni.worker.balena.BalenaProperties.FleetMapping;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of the balena worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker("balena")
@EnableConfigurationProperties(BalenaProperties.class)
class BalenaConfiguration {

  /** As many concurrent calls as the lane has concurrent attempts. */
  private static final int CONCURRENCY = 10;

  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

  @Bean
  FleetMapping fleetMapping(BalenaProperties properties, MachineTypeCatalog machineTypes) {
    return properties.fleets(machineTypes);
  }

  @Bean
  BackendFactory<BalenaClient> httpBalenaClient(
      BalenaProperties properties,
      FleetMapping fleets,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    return new BackendFactory<>(
        "balena",
        () ->
            new HttpBalenaClient(
                properties,
                fleets,
                new BackendGuard(
                    BalenaApi.SERVICE,
                    CONCURRENCY,
                    CIRCUIT_OPEN_FOR,
                    meters,
                    tracer.getIfAvailable(() -> Tracer.NOOP),
                    clock),
                clock));
  }

  @Bean
  BackendFactory<BalenaClient> inMemoryBalenaClient(BalenaProperties properties) {
    return new BackendFactory<>(
        "in-memory", () -> new InMemoryBalenaClient(properties.credentialServiceName()));
  }

  @Bean
  Worker balenaWorker(
      List<BackendFactory<BalenaClient>> backends,
      BalenaProperties properties,
      FleetMapping fleets,
      Clock clock) {
    BalenaClient client =
        BackendFactory.choose("doni.workers.balena.backend", properties.backend(), backends);
    return new BalenaWorker(client, properties, fleets, clock);
  }
}
