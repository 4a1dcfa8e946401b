package doni.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.backend.BackendException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class OpenStackConfigurationTests {

  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(Clock.class, Clock::systemUTC)
          .withUserConfiguration(OpenStackConfiguration.class);

  @Test
  void isNotThereWhereNoWorkerNeedsIt() {
    site.withPropertyValues("doni.workers.enabled=k8s,balena")
        .run(context -> assertThat(context).doesNotHaveBean(OpenStack.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tunelo", "blazar.device", "blazar.physical_host", "ironic"})
  void isThereWhereOneDoes(String worker) {
    site.withPropertyValues(
            "doni.workers.enabled=k8s," + worker,
            "doni.keystone.auth-url=http://127.0.0.1:5000",
            "doni.keystone.username=doni",
            "doni.keystone.password=hunter2")
        .run(context -> assertThat(context).hasSingleBean(OpenStack.class));
  }

  @Test
  void holdsAServiceWithoutAKeystone() {
    site.withPropertyValues(
            "doni.workers.enabled=tunelo",
            "doni.keystone.static-tokens.tok3n.user-id=u",
            "doni.keystone.static-tokens.tok3n.project-id=p")
        .run(context -> {
          OpenStack openStack = context.getBean(OpenStack.class);
          ServiceProperties settings =
              new ServiceProperties(
                  "tunelo",
                  "channel",
                  null,
                  null,
                  null,
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(1),
                  1);

          OpenStackService service = openStack.service(settings);

          assertThat(service.lanePause())
              .hasValueSatisfying(
                  hold -> assertThat(hold.reason()).isEqualTo("doni.keystone.auth-url is not set"));
          assertThatThrownBy(() -> service.send(ServiceRequest.get("/channels")))
              .isInstanceOfSatisfying(
                  BackendException.class,
                  e -> assertThat(e.kind()).isEqualTo(BackendException.Kind.NOT_SENT));
          assertThatThrownBy(() -> openStack.projects().find("p"))
              .isInstanceOf(BackendException.class);
        });
  }
}
