package doni.worker.tunelo;

import doni.openstack.OpenStack;
import doni.openstack.ServiceSettings;
import doni.worker.Backend;
import doni.worker.ConditionalOnWorker;
import doni.worker.Neighbours;
import doni.worker.SiteLock;
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
  Backend<Channels> tuneloChannels(TuneloProperties properties, OpenStack openStack) {
    ServiceSettings settings =
        new ServiceSettings(
            TuneloWorker.TYPE,
            properties.serviceType(),
            properties.endpointInterface(),
            properties.region(),
            properties.endpointOverride(),
            properties.connectTimeout(),
            properties.readTimeout(),
            CONCURRENCY);
    return new Backend<>("openstack", () -> new TuneloChannels(openStack.service(settings)));
  }

  @Bean
  Backend<Channels> inMemoryChannels() {
    return new Backend<>("in-memory", InMemoryChannels::new);
  }

  @Bean
  Worker tuneloWorker(
      List<Backend<Channels>> backends,
      TuneloProperties properties,
      SiteLock lock,
      Neighbours neighbours,
      MeterRegistry meters,
      Clock clock) {
    Channels channels =
        Backend.choose("doni.workers.tunelo.backend", properties.backend(), backends);
    return new TuneloWorker(channels, lock, neighbours, meters, clock);
  }
}
