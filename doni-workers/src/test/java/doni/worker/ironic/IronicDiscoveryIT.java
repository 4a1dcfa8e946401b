package doni.worker.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.Generation;
import doni.enrollment.Hardware;
import doni.enrollment.Secret;
import doni.worker.DiscoveredHardware;
import doni.worker.ReconcileContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The import of nodes that another client has made. */
class IronicDiscoveryIT extends OnIronic {

  /** Discovers the node that the worker has made. */
  private DiscoveredHardware.Importable found() {
    return found(DiscoveredHardware.Importable.class);
  }

  private <T extends DiscoveredHardware> T found(Class<T> kind) {
    site().clock().advance(Duration.ofSeconds(1));
    List<DiscoveredHardware> all = worker().discover();
    assertThat(all).singleElement().isInstanceOf(kind);
    assertThat(all.getFirst().origin()).contains(host.uuid());
    return kind.cast(all.getFirst());
  }

  private List<String> whyNot() {
    return found(DiscoveredHardware.NotImportable.class).why();
  }

  private static ReconcileContext enrolled(DiscoveredHardware.Importable found) {
    return new ReconcileContext(
        new Hardware(
            found.id(),
            found.name(),
            "project",
            found.hardwareType(),
            found.properties(),
            List.of(),
            Generation.FIRST,
            false),
        Map.of(),
        ReconcileContext.Cause.REQUESTED);
  }

  private void edit(Consumer<ObjectNode> change) {
    ironic().edit(host.uuid(), change);
  }

  private static ObjectNode driverInfo(ObjectNode node) {
    return (ObjectNode) node.get("driver_info");
  }

  @Test
  void findsANodeAsItWasEnrolledAndNothingToWriteThen() {
    available();
    ironic().showPasswords(true);

    DiscoveredHardware.Importable found = found();

    assertThat(found.id()).hasToString(host.uuid());
    assertThat(found.name()).isEqualTo(host.name());
    assertThat(found.hardwareType()).isEqualTo("baremetal");
    assertThat(found.withheld()).isEmpty();
    assertThat(found.notes()).isEmpty();
    assertThat(found.properties())
        .containsEntry("management_address", "10.0.0.1")
        .containsEntry("ipmi_username", "root")
        .containsEntry("ipmi_password", new Secret(Host.PASSWORD))
        .containsEntry("ipmi_port", 623)
        .containsEntry("cpu_arch", "x86_64")
        .containsEntry(
            "baremetal_capabilities", Map.of("boot_mode", "uefi", "boot_option", "local"));
    assertThat(worker().plan(enrolled(found)).changes()).isEmpty();
    assertThat(ironic().calls().writes()).isZero();
  }

  @Test
  void aHiddenPasswordIsReported() {
    available();

    DiscoveredHardware.Importable found = found();

    assertThat(found.withheld()).containsOnlyKeys("ipmi_password");
    assertThat(found.properties()).doesNotContainKey("ipmi_password");
    assertThat(found.toString()).doesNotContain(Host.PASSWORD);
  }

  @Test
  void aNodeWithUnknownValuesIsNotImportable() {
    available();
    edit(node -> driverInfo(node).put("deploy_kernel", "http://boot.example.org/kernel"));
    assertThat(whyNot())
        .containsExactly(
            "its driver_info/deploy_kernel has no property in an enrollment and would be removed");

    edit(node -> driverInfo(node).remove("deploy_kernel"));
    edit(node -> node.put("driver", "fake-hardware"));
    assertThat(whyNot()).containsExactly("its driver is 'fake-hardware'; allowed: ipmi");

    edit(node -> node.put("driver", "ipmi").putNull("name"));
    assertThat(whyNot()).singleElement().asString().startsWith("name: must be").endsWith("was ''");

    edit(node -> node.put("name", "nc01"));
    edit(node -> driverInfo(node).remove("ipmi_address"));
    assertThat(whyNot())
        .containsExactly("management_address: must be set, because Ironic reaches the BMC by it");
  }

  @Test
  void notesWhatTheWorkerWouldWrite() {
    available();
    edit(node -> node.putNull("resource_class"));
    edit(node ->
        ((ObjectNode) node.get("properties")).put("capabilities", "hwcpu:9,boot_mode:bios"));
    ironic().editPort(Host.MAC, port -> ((ObjectNode) port.get("extra")).remove("name"));
    ironic().setState(host.uuid(), "enroll");

    DiscoveredHardware.Importable found = found();

    assertThat(found.notes())
        .anySatisfy(note -> assertThat(note).contains("enroll"))
        .anySatisfy(note -> assertThat(note).contains("resource_class", "baremetal"))
        .anySatisfy(note -> assertThat(note).contains("port " + Host.MAC, "extra/name"))
        .hasSize(3);
    assertThat(found.properties())
        .containsEntry("baremetal_capabilities", Map.of("boot_mode", "bios"));
  }

  @Test
  void readsAPortNumberThatIsText() {
    available();
    edit(node -> driverInfo(node).put("ipmi_port", " 6230 "));
    assertThat(found().properties()).containsEntry("ipmi_port", 6230);
    assertThat(found().notes()).isEmpty();
  }
}
