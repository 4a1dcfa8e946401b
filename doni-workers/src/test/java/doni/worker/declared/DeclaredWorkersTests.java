package doni.worker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import doni.device.Device;
import doni.device.Generation;
import doni.device.HardwareId;
import doni.worker.Attempt;
import doni.worker.Worker;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class DeclaredWorkersTests {

  private static final DeclaredWorkers WORKERS = new DeclaredWorkers();

  private final ApplicationContextRunner site =
      new ApplicationContextRunner().withUserConfiguration(DeclaredWorkers.class);

  static Stream<Worker> all() {
    return Stream.of(
        WORKERS.balena(), WORKERS.blazarDevice(), WORKERS.blazarPhysicalHost(), WORKERS.ironic());
  }

  @ParameterizedTest
  @MethodSource("all")
  void refusesToWorkOnADevice(Worker worker) {
    Attempt attempt =
        new Attempt(
            new Device(
                HardwareId.parse("00000000-0000-0000-0000-000000000001"),
                "d",
                "p",
                "t",
                Map.of(),
                List.of(),
                Generation.FIRST,
                false),
            Map.of(),
            Attempt.Cause.REQUESTED);

    assertThat(worker.reconciles()).isFalse();
    assertThatIllegalStateException()
        .isThrownBy(() -> worker.plan(attempt))
        .withMessageContaining(worker.type());
  }

  @Test
  void isNotThereUnlessItIsEnabled() {
    site.run(context -> assertThat(context).doesNotHaveBean(Worker.class));
  }

  @ParameterizedTest
  @MethodSource("all")
  void isThereWhereItIsEnabled(Worker worker) {
    site.withPropertyValues("doni.workers.enabled=k8s," + worker.type())
        .run(context -> assertThat(context.getBean(Worker.class)).isEqualTo(worker));
  }

  @ParameterizedTest
  @CsvSource({
    "balena, application_credential_id,                  true,  true,  false",
    "balena, application_credential_secret,              true,  true,  true",
    "blazar.device, authorized_projects,                 false, false, false",
    "blazar.device, authorized_projects_reason,          false, false, false",
    "blazar.device, blazar_device_driver,                false, false, false",
    "blazar.physical_host, authorized_projects,          false, false, false",
    "blazar.physical_host, authorized_projects_reason,   false, false, false",
    "blazar.physical_host, node_type,                    false, false, false",
    "blazar.physical_host, placement,                    false, false, false",
    "blazar.physical_host, su_factor,                    false, false, false",
    "ironic, baremetal_driver,                           false, true,  false",
    "ironic, baremetal_resource_class,                   false, true,  false",
    "ironic, baremetal_deploy_kernel_image,              false, true,  false",
    "ironic, baremetal_deploy_ramdisk_image,             false, true,  false",
    "ironic, baremetal_capabilities,                     false, true,  false",
    "ironic, ipmi_username,                              false, true,  false",
    "ironic, ipmi_password,                              false, true,  true",
    "ironic, ipmi_port,                                  false, true,  false",
    "ironic, ipmi_terminal_port,                         false, true,  false"
  })
  void flagsEachFieldAsInTheTable(
      String worker, String name, boolean required, boolean hidden, boolean masked) {
    assertThat(field(worker, name))
        .returns(required, WorkerField::required)
        .returns(hidden, WorkerField::hidden)
        .returns(masked, WorkerField::masked)
        .returns(masked, WorkerField::encrypted);
  }

  @Test
  void hasNoOtherFields() {
    assertThat(all().mapToInt(worker -> worker.fields().size()).sum()).isEqualTo(19);
  }

  @Test
  void storesTheDriverOfADeviceAndDeclaresTheFactorOfAHost() {
    assertThat(field("blazar.device", "blazar_device_driver").fallback())
        .isEqualTo(new Fallback.Stored("k8s"));
    assertThat(field("blazar.physical_host", "su_factor").fallback())
        .isEqualTo(new Fallback.Declared(1.0));
  }

  private static WorkerField field(String worker, String name) {
    return all()
        .filter(known -> known.type().equals(worker))
        .flatMap(known -> known.fields().stream())
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
