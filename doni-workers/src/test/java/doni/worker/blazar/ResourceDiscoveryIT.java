package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.aHost;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.HardwareFixture;
import doni.worker.DiscoveredHardware;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The discovery of devices and hosts that another client has made reservable. */
class ResourceDiscoveryIT {

  private final BlazarSite site = new BlazarSite();

  @AfterEach
  void close() {
    site.close();
  }

  private HardwareFixture device() {
    HardwareFixture device = aDevice().withProperty("device_profiles", List.of("camera"));
    site.nodes.join(node(device));
    var _ = device.requested(site.devices());
    site.blazar.calls().clear();
    return device;
  }

  private HardwareFixture host() {
    HardwareFixture host =
        aHost()
            .withProperty("node_type", "compute")
            .withProperty("su_factor", 2)
            .withProperty("placement", Map.of("node", "4", "rack", "7"));
    site.blazar.addHypervisor(uid(host));
    var _ = host.requested(site.hosts());
    site.blazar.calls().clear();
    return host;
  }

  /** Returns a worker that has read nothing yet. */
  private Worker devices() {
    site.restart();
    return site.devices();
  }

  private Worker hosts() {
    site.restart();
    return site.hosts();
  }

  private static <T extends DiscoveredHardware> T one(Worker worker, Class<T> kind) {
    List<DiscoveredHardware> all = worker.discover();
    assertThat(all).singleElement().isInstanceOf(kind);
    return kind.cast(all.getFirst());
  }

  @Test
  void findsADeviceAsItWasEnrolled() {
    HardwareFixture device = device();

    DiscoveredHardware.Importable found = one(devices(), DiscoveredHardware.Importable.class);

    assertThat(found.id()).hasToString(uid(device));
    assertThat(found.name()).isEqualTo(node(device));
    assertThat(found.hardwareType()).isEqualTo("device.balena");
    assertThat(found.properties())
        .containsOnly(
            Map.entry("machine_name", "raspberrypi4-64"),
            Map.entry("blazar_device_driver", "k8s"),
            Map.entry("device_profiles", List.of("camera")));
    assertThat(found.notes()).isEmpty();
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void findsAHostAsItWasEnrolled() {
    HardwareFixture host = host();

    DiscoveredHardware.Importable found = one(hosts(), DiscoveredHardware.Importable.class);

    assertThat(found.id()).hasToString(uid(host));
    assertThat(found.name()).startsWith("Edge-");
    assertThat(found.hardwareType()).isEqualTo("baremetal");
    assertThat(found.properties())
        .containsOnly(
            Map.entry("cpu_arch", "x86_64"),
            Map.entry("node_type", "compute"),
            Map.entry("placement", Map.of("node", "4", "rack", "7")),
            Map.entry("su_factor", 2.0));
    assertThat(found.notes()).isEmpty();
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void findsAuthorizedProjectsWithoutTheSitesOwn() {
    HardwareFixture device = device();
    String other = site.keystone.user("alice").project().id();
    site.blazar.setCapability(node(device), "authorized_projects", other + "," + site.projectId());
    site.blazar.setCapability(node(device), "restricted_reason", "a class");

    DiscoveredHardware.Importable found = one(devices(), DiscoveredHardware.Importable.class);

    assertThat(found.properties())
        .containsEntry("authorized_projects", List.of(other))
        .containsEntry("authorized_projects_reason", "a class");
    assertThat(found.notes()).isEmpty();
  }

  @Test
  void refusesAnAuthorizationThatWouldBeLost() {
    HardwareFixture device = device();
    site.blazar.setCapability(node(device), "authorized_projects", "");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .singleElement()
        .asString()
        .contains("authorized_projects", "would be removed");

    site.blazar.setCapability(node(device), "authorized_projects", "unknown");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .singleElement()
        .asString()
        .contains("'unknown' (no such project)");
  }

  @Test
  void refusesAvailabilityWindowsAndWrongUids() {
    HardwareFixture device = aDevice();
    site.nodes.join(node(device));
    Instant start = site.clock.instant().plus(Duration.ofDays(1));
    available(device, start, start.plus(Duration.ofDays(1)));
    var _ = device.requested(site.devices());
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class))
        .satisfies(unfit -> assertThat(unfit.id()).hasToString(uid(device)))
        .satisfies(unfit ->
            assertThat(unfit.why()).singleElement().asString().contains("availability windows"));

    site.blazar.forgetLeases();
    site.blazar.setCapability(node(device), "uid", "pi-4");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .containsExactly("uid: must be a UUID in canonical form, not 'pi-4'");
  }

  @Test
  void notesWhatTheWorkerWouldWrite() {
    HardwareFixture device = device();
    site.blazar.setCapability(node(device), "vendor", "RPi");
    site.blazar.removeCapability(node(device), "model");

    assertThat(one(devices(), DiscoveredHardware.Importable.class).notes())
        .containsExactlyInAnyOrder(
            "property vendor would be changed from RPi to Raspberry Pi",
            "property model would be set to 4B");
  }
}
