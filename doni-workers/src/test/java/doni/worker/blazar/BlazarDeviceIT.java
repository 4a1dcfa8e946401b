package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.aDevice;
import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.convergence.HardwareFixture;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The properties of a device in Blazar. */
class BlazarDeviceIT extends OnBlazarDevice {

  @Test
  void makesADeviceReservable() {
    Outcome outcome = device.withProperty("device_profiles", List.of("gpu")).attempted(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).hasSize(1));
    assertThat(stored())
        .containsEntry("uid", uid(device))
        .containsEntry("device_driver", "k8s")
        .containsEntry("device_type", "container")
        .containsEntry("machine_name", "raspberrypi4-64")
        .containsEntry("device_name", "Raspberry Pi 4")
        .containsEntry("vendor", "Raspberry Pi")
        .containsEntry("model", "4B")
        .containsEntry("platform_version", "2")
        .containsEntry("gpu", "True")
        .doesNotContainKeys("authorized_projects", "restricted_reason");
    assertThat(device.details())
        .containsEntry("blazar_resource_id", stored().get("id"))
        .containsEntry("resource_created_at", "2026-11-23 04:00:30");
  }

  @Test
  void aPlanWritesNothing() {
    assertThat(device.planned(worker())).hasSize(1);

    assertThat(site.writes()).isEmpty();
  }

  @Test
  void aSweepReadsListsOnly() {
    List<HardwareFixture> fleet = IntStream.range(0, 20).mapToObj(_ -> aDevice()).toList();
    for (HardwareFixture one : fleet) {
      site.nodes.join(node(one));
      available(one, at("05:00"), at("06:00"));
      assertThat(one.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    }
    site.clock.advance(Duration.ofMinutes(2));
    site.blazar.calls().clear();

    assertThat(fleet)
        .allSatisfy(one -> assertThat(one.scheduled(worker())).isInstanceOf(Outcome.Synced.class));

    assertThat(site.reads()).isEqualTo(Map.of("/v1/devices", 1L, "/v1/devices/allocations", 1L));
    assertThat(site.writes()).isEmpty();
  }

  @Test
  void manyEnrollmentsReadTheListsOnce() {
    List<HardwareFixture> fleet = IntStream.range(0, 10).mapToObj(_ -> aDevice()).toList();
    site.blazar.calls().clear();
    for (HardwareFixture one : fleet) {
      site.nodes.join(node(one));
      site.clock.advance(Duration.ofMillis(100));
      assertThat(one.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    }

    assertThat(site.reads())
        .containsEntry("/v1/devices", 1L)
        .containsEntry("/v1/devices/allocations", 1L);
  }

  @Test
  void addsPropertiesEvenWhileLeased() {
    available(device, at("05:00"), at("06:00"));
    reservable();

    Outcome outcome = device.withProperty("device_profiles", List.of("gpu")).attempted(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("gpu", "True");
    assertThat(site.writes()).hasSize(1);
  }

  @Test
  void changesTheDriverAlways() {
    reservable();

    Outcome outcome = device.withProperty("blazar_device_driver", "zun").attempted(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry("device_driver", "zun");
  }

  @ParameterizedTest
  @CsvSource({
    "machine_name, jetson-nano, vendor, NVIDIA",
    "authorized_projects_reason, lab only, restricted_reason, lab only"
  })
  void changesPropertiesWhereBlazarAllowsIt(
      String property, String value, String stored, String expected) {
    site.blazar.changeableCapabilities(true);
    device.withProperty("authorized_projects_reason", "before");
    reservable();

    Outcome outcome = device.withProperty(property, value).attempted(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored()).containsEntry(stored, expected);
  }

  @Test
  void removesOnlyItsOwnPropertiesThatAreNoLongerWanted() {
    site.blazar.changeableCapabilities(true);
    device
        .withProperty("device_profiles", List.of("gpu"))
        .withProperty("authorized_projects_reason", "lab only");
    reservable();
    site.blazar.setCapability(node(device), "foreign", "1");

    Outcome outcome =
        device
            .withoutProperty("device_profiles")
            .withoutProperty("authorized_projects_reason")
            .attempted(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(stored())
        .doesNotContainKeys("gpu", "restricted_reason")
        .containsEntry("foreign", "1");
  }

  @Test
  void aRefusedPropertyStopsNothingElse() {
    reservable();
    available(device, at("05:00"), at("06:00"));

    Outcome outcome =
        device
            .withProperty("machine_name", "jetson-nano")
            .withProperty("device_profiles", List.of("gpu"))
            .attempted(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(Duration.ofHours(1), Outcome.Deferred::after)
        .satisfies(d ->
            assertThat(d.reason())
                .isEqualTo(
                    "Blazar refuses to change device_name, machine_name, model, vendor: Internal Server Error"
                        + " (as branch 2023.1 answers; a renamed device gets the new values); next attempt in 1 h"));
    assertThat(device.details())
        .containsEntry(
            "refused_properties", List.of("device_name", "machine_name", "model", "vendor"));
    assertThat(stored()).containsEntry("gpu", "True").containsEntry("vendor", "Raspberry Pi");
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void changesALeasedDeviceWhenTheLeaseIsOver() {
    site.blazar.changeableCapabilities(true);
    var window = available(device, at("05:00"), at("06:00"));
    reservable();
    device.withProperty("machine_name", "jetson-nano");
    String refused =
        "Blazar refuses to change device_name, machine_name, model, vendor:"
            + " The device resource type is not supported (while it is leased); next attempt in 1 h";

    assertDefers(device.attempted(worker()), refused);
    device.withoutWindow(window);
    assertDefers(device.attempted(worker()), refused);
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("vendor", "NVIDIA");
    assertThat(device.details()).doesNotContainKey("refused_properties");
  }

  @Test
  void restoresARemovedProperty() {
    reservable();
    site.blazar.removeCapability(node(device), "model");
    site.clock.advance(Duration.ofMinutes(2));

    Outcome outcome = device.scheduled(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).hasSize(1));
    assertThat(stored()).containsEntry("model", "4B");
  }

  @Test
  void authorizesProjectsByIdAndNameAndItsOwn() {
    String alice = site.keystone.user("alice").project().id();
    String bob = site.keystone.user("bob").project().id();

    device.withProperty("authorized_projects", List.of("alice-proj", bob));
    available(device, at("05:00"), at("06:00"));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(stored().getOrDefault("authorized_projects", "").split(",", -1))
        .containsExactlyInAnyOrder(alice, bob, site.projectId());
    assertThat(device.planned(worker())).isEmpty();
  }

  @Test
  void anEmptyListOfProjectsAuthorizesAll() {
    device.withProperty("authorized_projects", List.of());
    reservable();

    assertThat(stored()).doesNotContainKey("authorized_projects");
  }

  @Test
  void anUnknownProjectIsNotDropped() {
    device.withProperty("authorized_projects", List.of("alice-proj", "alcie-proj"));

    assertFails(device.attempted(worker()), unknownProject("alcie-proj"));
    assertThat(site.writes()).isEmpty();
    assertThat(device.details())
        .extractingByKey("unknown_projects")
        .asString()
        .contains("alcie-proj");

    device.withProperty("authorized_projects", List.of("alice-proj"));
    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device.details()).doesNotContainKey("unknown_projects");
  }

  @Test
  void aProjectThatIsUnknownLaterKeepsListAndWindows() {
    device.withProperty("authorized_projects", List.of("alice-proj"));
    reservable();
    String before = stored().getOrDefault("authorized_projects", "");
    device.withProperty("authorized_projects", List.of("gone"));
    available(device, at("05:00"), at("06:00"));

    assertFails(device.attempted(worker()), unknownProject("gone"));

    assertThat(stored()).containsEntry("authorized_projects", before);
    assertThat(site.blazar.leaseCount()).isOne();
  }

  @Test
  void aProfileCannotHideWhatADeviceIs() {
    device.withProperty("device_profiles", List.of("name", "vendor", "gpu"));

    assertThat(device.attempted(worker())).isInstanceOf(Outcome.Synced.class);

    assertThat(stored()).containsEntry("vendor", "Raspberry Pi").containsEntry("gpu", "True");
    assertThat(device.details())
        .containsEntry("ignored_device_profiles", List.of("name", "vendor"));
  }

  private static String unknownProject(String project) {
    return "authorized_projects: must name existing projects by id or unique name; not found: '"
        + project
        + "' (no such project)";
  }
}
