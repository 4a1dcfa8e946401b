package doni.worker.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import doni.backend.BackendException;
import doni.openstack.OpenStack;
import doni.openstack.OpenStackService;
import doni.openstack.ProjectLookup;
import doni.openstack.ServiceProperties;
import doni.worker.ConflictFinder;
import doni.worker.DistributedLock;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class TuneloConfigurationTests {

  /** An OpenStack that cannot be reached; it records the services that were requested. */
  private static final class Nowhere implements OpenStack {
    private final List<ServiceProperties> asked = new ArrayList<>();

    @Override
    public OpenStackService service(ServiceProperties settings) {
      asked.add(settings);
      return new OpenStackService() {
        @Override
        public doni.openstack.ServiceResponse send(doni.openstack.ServiceRequest request) {
          throw BackendException.notSent(settings.name(), "nowhere", null);
        }

        @Override
        public String projectId() {
          return "project";
        }

        @Override
        public boolean isAdmin() {
          return true;
        }

        @Override
        public Optional<doni.worker.LanePause> lanePause() {
          return Optional.empty();
        }
      };
    }

    @Override
    public ProjectLookup projects() {
      return _ -> new ProjectLookup.Found.NoProject();
    }

    @Override
    public boolean passwordLogin() {
      return true;
    }
  }

  private static final class NoLock implements DistributedLock {
    @Override
    public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
      return work.get();
    }
  }

  private final Nowhere openStack = new Nowhere();
  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(Clock.class, Clock::systemUTC)
          .withBean(DistributedLock.class, NoLock::new)
          .withBean(ConflictFinder.class, () -> ConflictFinder.NONE)
          .withBean(OpenStack.class, () -> openStack)
          .withUserConfiguration(TuneloConfiguration.class);

  private final ApplicationContextRunner enabled =
      site.withPropertyValues("doni.workers.enabled=tunelo");

  @Test
  void offersNoWorkerWhereItIsNotEnabled() {
    site.run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @Test
  void findsTuneloInTheCatalog() {
    enabled.run(context -> {
      assertThat(context.getBean(Worker.class).type()).isEqualTo("tunelo");
      assertThat(context.getBean(Worker.class).fields()).isEmpty();
      assertThat(openStack.asked)
          .containsExactly(
              new ServiceProperties(
                  "tunelo",
                  "channel",
                  null,
                  null,
                  null,
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(60),
                  10));
    });
  }

  @Test
  void takesEverySetting() {
    enabled
        .withPropertyValues(
            "doni.workers.tunelo.endpoint-override=http://tunelo.example.org:1234",
            "doni.workers.tunelo.service-type=tunnel",
            "doni.workers.tunelo.interface=internal",
            "doni.workers.tunelo.region=Edge",
            "doni.workers.tunelo.connect-timeout=1s",
            "doni.workers.tunelo.read-timeout=2s")
        .run(context ->
            assertThat(openStack.asked)
                .containsExactly(
                    new ServiceProperties(
                        "tunelo",
                        "tunnel",
                        "internal",
                        "Edge",
                        java.net.URI.create("http://tunelo.example.org:1234"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        10)));
  }

  @Test
  void worksWithoutASiteForDevelopment() {
    enabled
        .withPropertyValues("doni.workers.tunelo.backend=in-memory")
        .run(context -> {
          assertThat(context.getBean(Worker.class).lanePause()).isEmpty();
          assertThat(openStack.asked).isEmpty();
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "backend=etcd               | doni.workers.tunelo.backend is 'etcd'; allowed: ",
        "endpoint-override=tunelo   | doni.workers.tunelo.endpoint-override is 'tunelo'; allowed: an http or https URL",
        "interface=outside          | doni.workers.tunelo.interface is 'outside'; allowed: admin, internal, public",
        "read-timeout=0s            | doni.workers.tunelo.read-timeout is 'PT0S'; allowed: more than 0",
        "connect-timeout=10m        | doni.workers.tunelo.connect-timeout is 'PT10M'; allowed: more than 0",
        "endpoint=http://x          | doni.workers.tunelo.endpoint",
      })
  void refusesAWrongSetting(String setting, String message) {
    enabled
        .withPropertyValues("doni.workers.tunelo." + setting)
        .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
  }
}
