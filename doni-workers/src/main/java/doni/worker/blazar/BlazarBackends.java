package doni.worker.blazar;

import doni.backend.BackendFactory;
import doni.openstack.OpenStack;
import doni.worker.DistributedLock;
import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * What the Blazar workers share. Not annotated as a configuration, which a scan would find at every
 * site: imported where one of the workers is enabled.
 */
@EnableConfigurationProperties(BlazarProperties.class)
class BlazarBackends {

  @Bean
  BackendFactory<Reservations> blazarReservations(
      BlazarProperties properties, ObjectProvider<OpenStack> openStack) {
    return new BackendFactory<>(
        "blazar",
        () -> {
          OpenStack site = openStack.getObject();
          if (!site.passwordLogin()) {
            throw new IllegalArgumentException(
                "doni.keystone.application-credential-id is set; allowed with the Blazar workers:"
                    + " doni.keystone.username and password, because Blazar makes a trust on every"
                    + " POST, which Keystone forbids to application credentials");
          }
          return new BlazarReservations(site.service(properties.service()), site.projects());
        });
  }

  @Bean
  BackendFactory<Reservations> inMemoryReservations(Clock clock) {
    return new BackendFactory<>("in-memory", () -> new InMemoryReservations(clock));
  }

  @Bean
  Site blazarSite(
      List<BackendFactory<Reservations>> backends,
      BlazarProperties properties,
      DistributedLock lock,
      Clock clock) {
    Reservations reservations =
        BackendFactory.choose("doni.workers.blazar.backend", properties.backend(), backends);
    return new Site(reservations, new WriteGate(lock), clock);
  }
}
