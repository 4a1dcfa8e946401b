package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.openstack.OpenStack;
import doni.openstack.OpenStackService;
import doni.openstack.ProjectLookup;
import doni.openstack.ServiceProperties;
import doni.worker.Worker;
import doni.worker.WorkerField;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@NullMarked
class IronicConfigurationTests {

  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(Clock.class, Clock::systemUTC)
          .withBean(OpenStack.class, NoOpenStack::new)
          .withPropertyValues("doni.workers.enabled=ironic")
          .withUserConfiguration(IronicConfiguration.class);

  /** Refuses with the settings that it gets. */
  private static final class NoOpenStack implements OpenStack {
    @Override
    public OpenStackService service(ServiceProperties settings) {
      throw new IllegalArgumentException(settings.toString());
    }

    @Override
    public ProjectLookup projects() {
      throw new IllegalStateException("not used");
    }

    @Override
    public boolean passwordLogin() {
      return true;
    }
  }

  @Test
  void offersNoneWhereItIsNotEnabled() {
    site.withPropertyValues("doni.workers.enabled=k8s")
        .run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @Test
  void worksWithoutIronicForDevelopment() {
    site.withPropertyValues("doni.workers.ironic.backend=in-memory")
        .run(context -> {
          Worker worker = context.getBean(Worker.class);
          assertThat(worker.type()).isEqualTo("ironic");
          assertThat(worker.reconciles()).isTrue();
          assertThat(worker.dependsOn()).containsExactly("blazar.physical_host");
          assertThat(worker.lanePause()).isEmpty();
        });
  }

  @Test
  void asksForTheServiceThatIsConfigured() {
    site.withPropertyValues(
            "doni.workers.ironic.endpoint-override=http://ironic:6385",
            "doni.workers.ironic.service-type=bm",
            "doni.workers.ironic.interface=admin",
            "doni.workers.ironic.region=R2",
            "doni.workers.ironic.connect-timeout=2s",
            "doni.workers.ironic.read-timeout=9s")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage(
                    new ServiceProperties(
                            "ironic",
                            "bm",
                            "admin",
                            "R2",
                            URI.create("http://ironic:6385"),
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(9),
                            10)
                        .toString()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          endpoint-override | ironic:6385 | an http or https URL
          interface         | secret      | admin, internal, public
          connect-timeout   | 0s          | more than 0 and at most 5m
          read-timeout      | 6m          | more than 0 and at most 5m
          on-delete         | force       | OnDelete
          backend           | bifrost     | ironic, in-memory
          spelling          | x           | spelling
          """)
  void refusesASettingThatIsWrong(String key, String value, String allowed) {
    site.withPropertyValues("doni.workers.ironic." + key + "=" + value)
        .run(context ->
            assertThat(context)
                .getFailure()
                .satisfies(failure ->
                    assertThat(Throwables.getStackTrace(failure)).contains(key).contains(allowed)));
  }

  @ParameterizedTest
  @CsvSource({
    "baremetal_driver, false, true, false",
    "baremetal_resource_class, false, true, false",
    "baremetal_deploy_kernel_image, false, true, false",
    "baremetal_deploy_ramdisk_image, false, true, false",
    "baremetal_capabilities, false, true, false",
    "ipmi_username, false, true, false",
    "ipmi_password, false, true, true",
    "ipmi_port, false, true, false",
    "ipmi_terminal_port, false, true, false"
  })
  void flagsEachFieldAsInTheTable(String name, boolean required, boolean hidden, boolean masked) {
    site.withPropertyValues("doni.workers.ironic.backend=in-memory")
        .run(context -> {
          Worker worker = context.getBean(Worker.class);
          assertThat(worker.fields()).hasSize(9);
          assertThat(
                  worker.fields().stream().filter(field -> field.name().equals(name)).findFirst())
              .hasValueSatisfying(field ->
                  assertThat(field)
                      .returns(required, WorkerField::required)
                      .returns(hidden, WorkerField::hidden)
                      .returns(masked, WorkerField::masked)
                      .returns(masked, WorkerField::encrypted));
        });
  }
}
