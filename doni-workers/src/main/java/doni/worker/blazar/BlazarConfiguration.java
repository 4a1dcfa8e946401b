package doni.worker.blazar;

import doni.hardwaretype.MachineTypes;
import doni.openstack.OpenStack;
import doni.worker.Backend;
import doni.worker.ConditionalOnWorker;
import doni.worker.SiteLock;
import doni.worker.Worker;
import java.time.Clock;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Wires the Blazar workers. */
@Configuration(proxyBeanMethods = false)
class BlazarConfiguration {

  /** The worker for devices. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWorker(DeviceWorker.TYPE)
  @Import(Shared.class)
  static class Devices {

    @Bean
    Worker blazarDevice(Site site, MachineTypes machineTypes) {
      return new DeviceWorker(site, machineTypes.byName());
    }
  }

  /** The worker for bare-metal hosts. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnWorker(HostWorker.TYPE)
  @Import(Shared.class)
  static class Hosts {

    @Bean
    Worker blazarPhysicalHost(Site site) {
      return new HostWorker(site);
    }
  }

  /** What they share. */
  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(BlazarProperties.class)
  static class Shared {

    @Bean
    Backend<Reservations> blazarReservations(
        BlazarProperties properties, ObjectProvider<OpenStack> openStack) {
      return new Backend<>(
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
    Backend<Reservations> inMemoryReservations(Clock clock) {
      return new Backend<>("in-memory", () -> new InMemoryReservations(clock));
    }

    @Bean
    Site blazarSite(
        List<Backend<Reservations>> backends,
        BlazarProperties properties,
        SiteLock lock,
        Clock clock) {
      Reservations reservations =
          Backend.choose("doni.workers.blazar.backend", properties.backend(), backends);
      return new Site(reservations, new WriteGate(lock), clock);
    }
  }
}
