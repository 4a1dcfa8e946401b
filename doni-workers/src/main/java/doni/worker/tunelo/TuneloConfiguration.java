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

/** Wires the tunelo worker. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker(TuneloWorker.TYPE)
@EnableConfigurationProperties(TuneloProperties.class)
class TuneloConfiguration {

  @Bean
  BackendFactory<Channels> tuneloChannels(TuneloProperties properties, OpenStack openStack) {
    return new BackendFactory<>(
        "openstack", () -> new TuneloChannels(openStack.service(properties.service())));
  }

  @Bean
  BackendFactory<Channels> inMemoryChannels() {
    return new BackendFactory<>("in-memory", InMemoryChannels::new);
  }

  @Bean
  Worker tuneloWorker(
      List<BackendFactory<Channels>> backends,
      TuneloProperties properties,
      DistributedLock lock,
      ConflictFinder neighbours,
      MeterRegistry meters,
      Clock clock) {
    Channels channels =
        BackendFactory.choose("doni.workers.tunelo.backend", properties.backend(), backends);
    return new TuneloWorker(channels, lock, neighbours, meters, clock);
  }
}
