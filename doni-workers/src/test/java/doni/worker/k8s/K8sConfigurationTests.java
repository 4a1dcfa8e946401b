package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.worker.Worker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@NullMarked
class K8sConfigurationTests {

  private final ApplicationContextRunner site =
      new ApplicationContextRunner()
          .withBean(
              MachineTypeCatalog.class,
              () ->
                  MachineTypeCatalog.of(
                      new MachineTypes(Map.of("pi", new MachineType("Pi", "Raspberry", "4")))))
          .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
          .withBean(Clock.class, Clock::systemUTC)
          .withUserConfiguration(K8sConfiguration.class);

  @Test
  void offersTheWorkerWhereNothingIsSaid() {
    site.run(context -> assertThat(context.getBean(Worker.class).type()).isEqualTo("k8s"));
  }

  @Test
  void offersTheWorkerWhereItIsEnabled() {
    site.withPropertyValues("doni.workers.enabled=balena,k8s")
        .run(context -> assertThat(context).hasSingleBean(Worker.class));
  }

  @Test
  void offersNoneWhereItIsNotEnabled() {
    site.withPropertyValues("doni.workers.enabled[0]=balena")
        .run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @Test
  void waitsForAKubeconfigWhereNoneIsConfigured() {
    site.run(context ->
        assertThat(context.getBean(Worker.class).lanePause())
            .hasValueSatisfying(hold ->
                assertThat(hold.reason())
                    .isEqualTo("doni.workers.k8s.kubeconfig-file is not set")));
  }

  @Test
  void worksWithoutAClusterForDevelopment() {
    site.withPropertyValues("doni.workers.k8s.backend=in-memory")
        .run(context -> assertThat(context.getBean(Worker.class).lanePause()).isEmpty());
  }

  @Test
  void refusesAnUnknownBackend() {
    site.withPropertyValues("doni.workers.k8s.backend=etcd")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("doni.workers.k8s.backend is 'etcd'; allowed: ")
                .hasMessageContaining("kubeconfig")
                .hasMessageContaining("in-memory"));
  }

  @Test
  void refusesASettingThatDoesNotExist() {
    site.withPropertyValues("doni.workers.k8s.kubeconfig=/etc/doni/kubeconfig")
        .run(context ->
            assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("doni.workers.k8s.kubeconfig"));
  }
}
