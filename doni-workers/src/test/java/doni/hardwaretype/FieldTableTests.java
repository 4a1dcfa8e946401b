package doni.hardwaretype;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.HardwareType;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hardware types' own fields, as the clients of v1 know them. */
class FieldTableTests {

  private static final HardwareType DEVICE = BalenaDeviceType.create(Set.of("raspberrypi5"));
  private static final HardwareType BAREMETAL = BaremetalType.create();
  private static final HardwareType FAKE = FakeHardwareType.create();

  @Test
  void servesADeviceInTheOrderThatClientsSee() {
    assertThat(DEVICE.workers()).containsExactly("k8s", "balena", "blazar.device", "tunelo");
  }

  @Test
  void servesABaremetalHostInTheOrderThatClientsSee() {
    assertThat(BAREMETAL.workers()).containsExactly("blazar.physical_host", "ironic");
  }

  @Test
  void servesFakeHardwareByTheFakeWorker() {
    assertThat(FAKE.workers()).containsExactly("fake-worker");
  }

  @Test
  void hasTheFieldsOfTheTableInItsOrder() {
    assertThat(names(DEVICE))
        .containsExactly(
            "machine_name",
            "contact_email",
            "k8s_bootstrap_token",
            "channels",
            "device_profiles",
            "local_egress");
    assertThat(names(BAREMETAL)).containsExactly("management_address", "interfaces", "cpu_arch");
    assertThat(names(FAKE)).containsExactly("default_field", "default_required_field");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "device.balena, machine_name,           true,  false, false",
        "device.balena, contact_email,          true,  true,  false",
        "device.balena, k8s_bootstrap_token,    false, true,  true",
        "device.balena, channels,               false, true,  false",
        "device.balena, device_profiles,        false, false, false",
        "device.balena, local_egress,           false, false, false",
        "baremetal,     management_address,     true,  true,  false",
        "baremetal,     interfaces,             true,  false, false",
        "baremetal,     cpu_arch,               true,  false, false",
        "fake-hardware, default_field,          false, false, false",
        "fake-hardware, default_required_field, true,  false, false"
      })
  void flagsEachFieldAsInTheTable(
      String type, String name, boolean required, boolean hidden, boolean encrypted) {
    assertThat(field(type, name))
        .returns(required, WorkerField::required)
        .returns(hidden, WorkerField::hidden)
        .returns(encrypted, WorkerField::encrypted)
        .returns(false, WorkerField::masked);
  }

  @Test
  void declaresButDoesNotStoreWhatAnAbsentFieldMeans() {
    assertThat(field("device.balena", "local_egress").fallback())
        .isEqualTo(new Fallback.Declared("allow"));
    assertThat(field("baremetal", "cpu_arch").fallback())
        .isEqualTo(new Fallback.Declared("x86_64"));
    assertThat(field("device.balena", "local_egress").initial()).isEmpty();
  }

  @Test
  void refusesTwoInterfacesWithOneAddress() {
    List<Map<String, String>> interfaces =
        List.of(
            Map.of("name", "a", "mac_address", "52:54:00:aa:00:01"),
            Map.of("name", "b", "mac_address", "52:54:00:aa:00:02"),
            Map.of("name", "c", "mac_address", "52:54:00:AA:00:01"));

    assertThat(
            BAREMETAL.rules().stream()
                .flatMap(rule -> rule.violations(Map.of("interfaces", interfaces)).stream()))
        .containsExactly(
            "/properties/interfaces/2/mac_address: another interface has the same address");
    assertThat(
            BAREMETAL.rules().stream()
                .flatMap(rule ->
                    rule.violations(Map.of("interfaces", interfaces.subList(0, 2))).stream()))
        .isEmpty();
  }

  @Test
  void issuesADifferentBootstrapTokenEachTime() {
    WorkerField token = field("device.balena", "k8s_bootstrap_token");

    assertThat(token.initial()).isNotEqualTo(token.initial());
    assertThat(token.initial().orElseThrow().toString()).matches("[a-z0-9]{6}\\.[a-z0-9]{16}");
  }

  private static WorkerField field(String type, String name) {
    return Stream.of(DEVICE, BAREMETAL, FAKE)
        .filter(known -> known.name().equals(type))
        .flatMap(known -> known.fields().stream())
        .filter(field -> field.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<String> names(HardwareType type) {
    return type.fields().stream().map(WorkerField::name);
  }
}
