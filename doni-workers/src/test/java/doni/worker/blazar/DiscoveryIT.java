package doni.worker.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.worker.DiscoveredHardware;
import doni.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the workers say of devices and hosts that somebody else has made reservable. */
class DiscoveryIT {

  private final BlazarSite site = new BlazarSite();

  @AfterEach
  void close() {
    site.close();
  }

  private Enrolled device() {
    Enrolled device = Enrolled.aDevice().with("device_profiles", List.of("camera"));
    site.nodes.join(device.node());
    var _ = device.requested(site.devices());
    site.blazar.calls().clear();
    return device;
  }

  private Enrolled host() {
    Enrolled host =
        Enrolled.aHost()
            .with("node_type", "compute")
            .with("su_factor", 2)
            .with("placement", Map.of("node", "4", "rack", "7"));
    site.blazar.addHypervisor(host.uid());
    var _ = host.requested(site.hosts());
    site.blazar.calls().clear();
    return host;
  }

  /** That have read nothing yet: the clock stands still. */
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
    Enrolled device = device();

    DiscoveredHardware.Importable found = one(devices(), DiscoveredHardware.Importable.class);

    assertThat(found.id()).hasToString(device.uid());
    assertThat(found.name()).isEqualTo(device.node());
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
    Enrolled host = host();

    DiscoveredHardware.Importable found = one(hosts(), DiscoveredHardware.Importable.class);

    assertThat(found.id()).hasToString(host.uid());
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
  void findsWhoMayReserveButForTheSite() {
    Enrolled device = device();
    String other = site.keystone.user("alice").project().id();
    site.blazar.setCapability(device.node(), "authorized_projects", other + "," + site.projectId());
    site.blazar.setCapability(device.node(), "restricted_reason", "a class");

    DiscoveredHardware.Importable found = one(devices(), DiscoveredHardware.Importable.class);

    assertThat(found.properties())
        .containsEntry("authorized_projects", List.of(other))
        .containsEntry("authorized_projects_reason", "a class");
    assertThat(found.notes()).isEmpty();
  }

  @Test
  void refusesWhatWouldBeOpenedToEverybody() {
    Enrolled device = device();
    site.blazar.setCapability(device.node(), "authorized_projects", "");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .singleElement()
        .asString()
        .contains("authorized_projects", "would be removed");

    site.blazar.setCapability(device.node(), "authorized_projects", "nobody-knows");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .singleElement()
        .asString()
        .contains("'nobody-knows' (no such project)");
  }

  @Test
  void refusesWhatHasAvailabilityWindowsAndWhatHasNoUuid() {
    Enrolled device = Enrolled.aDevice();
    site.nodes.join(device.node());
    Instant start = site.clock.instant().plus(Duration.ofDays(1));
    device.available(start, start.plus(Duration.ofDays(1)));
    var _ = device.requested(site.devices());
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class))
        .satisfies(unfit -> assertThat(unfit.id()).hasToString(device.uid()))
        .satisfies(unfit ->
            assertThat(unfit.why()).singleElement().asString().contains("availability windows"));

    site.blazar.forgetLeases();
    site.blazar.setCapability(device.node(), "uid", "pi-4");
    assertThat(one(devices(), DiscoveredHardware.NotImportable.class).why())
        .containsExactly("its uid 'pi-4' is no uuid in the canonical form");
  }

  @Test
  void notesWhatTheWorkerWouldWrite() {
    Enrolled device = device();
    site.blazar.setCapability(device.node(), "vendor", "RPi");
    site.blazar.removeCapability(device.node(), "model");

    assertThat(one(devices(), DiscoveredHardware.Importable.class).notes())
        .containsExactlyInAnyOrder(
            "property vendor would be changed from RPi to Raspberry Pi",
            "property model would be set to 4B");
  }
}
