package doni.worker.tunelo;

import doni.backend.BackendFactory;
import doni.openstack.OpenStack;
import doni.worker.ConditionalOnWorker;
import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the tunelo worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker(TuneloWorker.TYPE)
@EnableConfigurationProperties(TuneloProperties.class)
class TuneloConfiguration {

  @Bean
  BackendFactory<TuneloClient> httpTuneloClient(OpenStack openStack, TuneloProperties properties) {
    return new BackendFactory<>(
        "openstack", () -> new HttpTuneloClient(openStack.service(properties.service())));
  }

  @Bean
  BackendFactory<TuneloClient> inMemoryTuneloClient() {
    return new BackendFactory<>("in-memory", InMemoryTuneloClient::new);
  }

  @Bean
  Worker tuneloWorker(
      List<BackendFactory<TuneloClient>> backends,
      TuneloProperties properties,
      DistributedLock lock,
      ConflictFinder conflicts,
      MeterRegistry meters,
      Clock clock) {
    TuneloClient client =
        BackendFactory.choose("doni.workers.tunelo.backend", properties.backend(), backends);
    return new TuneloWorker(client, lock, conflicts, meters, clock);
  }
}
