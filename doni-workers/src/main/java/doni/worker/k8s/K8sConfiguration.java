package doni.worker.k8s;

import doni.remote.Remote;
import doni.worker.ConditionalOnWorker;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the k8s worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker("k8s")
@EnableConfigurationProperties(K8sProperties.class)
class K8sConfiguration {

  /** As many calls at once as the lane has places. */
  private static final int CONCURRENCY = 50;

  private static final Duration CIRCUIT_OPEN_FOR = Duration.ofSeconds(10);

  @Bean
  ClusterBackend kubeconfigCluster(K8sProperties properties, MeterRegistry meters, Clock clock) {
    return new ClusterBackend(
        "kubeconfig",
        () ->
            new KubeCluster(
                new KubeConnections(properties),
                new Remote(ApiServer.SERVICE, CONCURRENCY, CIRCUIT_OPEN_FOR, meters, clock),
                clock));
  }

  @Bean
  ClusterBackend inMemoryCluster(Clock clock) {
    return new ClusterBackend("in-memory", () -> new InMemoryCluster(clock));
  }

  @Bean
  Worker k8sWorker(List<ClusterBackend> backends, K8sProperties properties, Clock clock) {
    return backends.stream()
        .filter(backend -> backend.name().equals(properties.backend()))
        .findFirst()
        .map(backend -> new K8sWorker(backend.open().get(), properties, clock))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "doni.workers.k8s.backend is '%s'; allowed: %s"
                    .formatted(
                        properties.backend(),
                        String.join(", ", backends.stream().map(ClusterBackend::name).toList()))));
  }
}
