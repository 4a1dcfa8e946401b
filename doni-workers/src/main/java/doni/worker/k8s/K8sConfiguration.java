package doni.worker.k8s;

import doni.backend.BackendFactory;
import doni.backend.BackendGuard;
import doni.machinetype.MachineTypeCatalog;
import doni.worker.ConditionalOnWorker;
import doni.worker.ConflictFinder;
import doni.worker.SharedNames;
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

/** Wires the k8s worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker(SharedNames.K8S)
@EnableConfigurationProperties(K8sProperties.class)
class K8sConfiguration {

  /** The concurrency of the lane. */
  private static final int CONCURRENCY = 50;

  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

  @Bean
  BackendFactory<K8sClient> kubeconfigK8sClient(
      K8sProperties properties, MeterRegistry meters, ObjectProvider<Tracer> tracer, Clock clock) {
    return new BackendFactory<>(
        "kubeconfig",
        () ->
            new HttpK8sClient(
                new KubeConnections(properties, clock),
                new BackendGuard(
                    ApiServer.SERVICE,
                    CONCURRENCY,
                    CIRCUIT_OPEN_FOR,
                    meters,
                    tracer.getIfAvailable(() -> Tracer.NOOP),
                    clock),
                clock));
  }

  @Bean
  BackendFactory<K8sClient> inMemoryK8sClient(Clock clock) {
    return new BackendFactory<>("in-memory", () -> new InMemoryK8sClient(clock));
  }

  @Bean
  Worker k8sWorker(
      List<BackendFactory<K8sClient>> backends,
      K8sProperties properties,
      MachineTypeCatalog machineTypes,
      ObjectProvider<ConflictFinder> conflicts,
      Clock clock) {
    K8sClient client =
        BackendFactory.choose("doni.workers.k8s.backend", properties.backend(), backends);
    return new K8sWorker(
        client,
        properties,
        machineTypes,
        conflicts.getIfAvailable(() -> ConflictFinder.NONE),
        clock);
  }
}
