package doni.worker.tunelo;

import doni.backend.BackendFactory;
import doni.openstack.OpenStack;
import doni.openstack.ServiceProperties;
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

  /** As many calls at once as the lane has places; each is a query on Neutron's database. */
  private static final int CONCURRENCY = 10;

  @Bean
  BackendFactory<Channels> tuneloChannels(TuneloProperties properties, OpenStack openStack) {
    ServiceProperties settings =
        new ServiceProperties(
            TuneloWorker.TYPE,
            properties.serviceType(),
            properties.endpointInterface(),
            properties.region(),
            properties.endpointOverride(),
            properties.connectTimeout(),
            properties.readTimeout(),
            CONCURRENCY);
    return new BackendFactory<>("openstack", () -> new TuneloChannels(openStack.service(settings)));
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
