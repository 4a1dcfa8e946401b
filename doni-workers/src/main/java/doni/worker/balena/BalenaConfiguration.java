package doni.worker.balena;

import doni.backend.BackendFactory;
import doni.backend.BackendGuard;
import doni.machinetype.MachineTypeCatalog;
import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the balena worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker("balena")
@EnableConfigurationProperties(BalenaProperties.class)
class BalenaConfiguration {

  /** As many calls at once as the lane has places. */
  private static final int CONCURRENCY = 10;

  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

  @Bean
  FleetNames fleetNames(BalenaProperties properties, MachineTypeCatalog machineTypes) {
    return new FleetNames(properties.deviceFleetMapping(), machineTypes);
  }

  @Bean
  BackendFactory<Fleet> balenaFleet(
      BalenaProperties properties,
      FleetNames names,
      MeterRegistry meters,
      ObjectProvider<Tracer> tracer,
      Clock clock) {
    return new BackendFactory<>(
        "balena",
        () ->
            new BalenaFleet(
                properties,
                names,
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
  BackendFactory<Fleet> inMemoryFleet(BalenaProperties properties) {
    return new BackendFactory<>(
        "in-memory", () -> new InMemoryFleet(properties.credentialServiceName()));
  }

  @Bean
  Worker balenaWorker(
      List<BackendFactory<Fleet>> backends,
      BalenaProperties properties,
      FleetNames names,
      Clock clock) {
    Fleet fleet =
        BackendFactory.choose("doni.workers.balena.backend", properties.backend(), backends);
    return new BalenaWorker(fleet, properties, names, clock);
  }
}
