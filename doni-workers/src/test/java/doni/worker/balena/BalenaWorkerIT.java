package doni.worker.balena;

import static doni.worker.balena.Enrolled.aDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.simulator.balena.SimulatedBalena;
import doni.worker.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

/** What the worker makes of what it finds. */
class BalenaWorkerIT {

  private BalenaSite site;
  private SimulatedBalena balena;
  private BalenaWorker worker;
  private final Enrolled device = aDevice();

  @BeforeEach
  void open() {
    site = new BalenaSite();
    balena = site.balena();
    worker = site.worker();
  }

  @AfterEach
  void close() {
    site.close();
  }

  private void synced() {
    assertThat(device.requested(worker)).isInstanceOf(Outcome.Synced.class);
  }

  private void agrees() {
    assertThat(balena.deviceVariables(device.uuid())).containsEntry("K3S_TOKEN", Enrolled.TOKEN);
    assertThat(balena.serviceVariables(device.uuid(), "coordinator"))
        .isEqualTo(
            Map.of(
                "OS_APPLICATION_CREDENTIAL_ID",
                "credential-1",
                "OS_APPLICATION_CREDENTIAL_SECRET",
                Enrolled.CREDENTIAL));
    assertThat(balena.serviceVariables(device.uuid(), "wireguard")).isEmpty();
    assertThat(balena.deviceName(device.uuid())).contains("edge-01");
    assertThat(balena.deviceType(device.uuid())).contains("raspberrypi4-64");
    assertThat(balena.devices()).isEqualTo(1);
  }

  private String failure() {
    Outcome outcome = device.requested(worker);
    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable);
    return ((Outcome.Failed) outcome).message();
  }

  @Test
  void registersAFreshDevice() {
    synced();

    agrees();
    long id = balena.deviceId(device.uuid()).orElseThrow();
    assertThat(device.details())
        .containsEntry("device_id", id)
        .containsEntry("fleet_id", site.fleet())
        .doesNotContainKey("last_seen");
    assertThat(balena.isKeyOf(device.key(), id)).isTrue();
    assertThat(balena.keys(id)).isEqualTo(1);
  }

  @Test
  void writesNothingWhenNothingChanged() {
    synced();
    balena.calls().clear();

    synced();
    assertThat(device.routine(worker)).isInstanceOf(Outcome.Synced.class);

    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void oneListingServesAllDevicesOfASweep() {
    List<Enrolled> devices = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Enrolled one = aDevice().named("edge-" + i);
      assertThat(one.requested(worker)).isInstanceOf(Outcome.Synced.class);
      devices.add(one);
    }
    BalenaWorker afterRestart = site.worker();
    balena.calls().clear();

    devices.forEach(
        one -> assertThat(one.routine(afterRestart)).isInstanceOf(Outcome.Synced.class));

    // Who we are, the device types, the fleets, their devices.
    assertThat(balena.calls().total()).isEqualTo(4);
  }

  @Test
  void takesANewNameOver() {
    synced();

    device.named("o'brien & co + 100% / ü");
    synced();

    assertThat(balena.deviceName(device.uuid())).contains("o'brien & co + 100% / ü");
  }

  @Test
  void takesAnotherMachineTypeOverAndLeavesTheFleet() {
    synced();

    device.with("machine_name", "jetson-nano");
    synced();

    assertThat(balena.deviceType(device.uuid())).contains("jetson-nano");
    assertThat(device.details()).containsEntry("fleet_id", site.fleet());
  }

  @Test
  void takesANewCredentialOver() {
    synced();

    device
        .with("application_credential_id", "credential-2")
        .with("application_credential_secret", new Secret("another"));
    synced();

    assertThat(balena.serviceVariables(device.uuid(), "coordinator"))
        .containsEntry("OS_APPLICATION_CREDENTIAL_ID", "credential-2")
        .containsEntry("OS_APPLICATION_CREDENTIAL_SECRET", "another");
  }

  @Test
  void followsTheBootstrapToken() {
    synced();

    device.with("k8s_bootstrap_token", new Secret("fedcba.fedcba9876543210"));
    synced();

    assertThat(balena.deviceVariables(device.uuid()))
        .isEqualTo(Map.of("K3S_TOKEN", "fedcba.fedcba9876543210"));
  }

  @Test
  void neverSendsOrDeletesWhatIsAbsent() {
    synced();
    balena.calls().clear();

    device.without("k8s_bootstrap_token");
    synced();

    assertThat(balena.calls().writes()).isZero();
    agrees();
  }

  @Test
  void repairsWhatSomebodyElseChanged() {
    synced();
    balena.changeDevice(
        device.uuid(), JsonNodeFactory.instance.objectNode().put("device_name", "mine"));
    balena.setEveryVariable(device.uuid(), "K3S_TOKEN", "wrong");
    balena.setEveryVariable(device.uuid(), "OS_APPLICATION_CREDENTIAL_SECRET", "wrong");

    assertThat(device.routine(site.worker())).isInstanceOf(Outcome.Synced.class);

    agrees();
  }

  @Test
  void registersAnewWhatWasDeletedAndForgetsItsKey() {
    synced();
    String before = device.key();
    balena.removeDevice(device.uuid());

    synced();

    agrees();
    assertThat(device.key()).isNotEqualTo(before);
    assertThat(balena.isKeyOf(device.key(), balena.deviceId(device.uuid()).orElseThrow())).isTrue();
  }

  @Test
  void adoptsADeviceWhereItIs() {
    long elsewhere = balena.addFleet("lab", "other", "jetson-nano");
    balena.release(elsewhere, "coordinator", "wireguard");
    long id = balena.addDevice(device.uuid(), elsewhere, "jetson-nano");

    synced();

    agrees();
    assertThat(device.details())
        .containsEntry("device_id", id)
        .containsEntry("fleet_id", elsewhere);
    assertThat(balena.calls().count("POST", "/device/register")).isZero();
    assertThat(balena.isKeyOf(device.key(), id)).isTrue();
  }

  @Test
  void replacesTheKeyOfADeviceThatSomebodyElseRegisteredAnew() {
    synced();
    balena.removeDevice(device.uuid());
    long id = balena.addDevice(device.uuid(), site.fleet(), "raspberrypi4-64");

    synced();

    assertThat(balena.isKeyOf(device.key(), id)).isTrue();
  }

  @Test
  void defersAfterAllElseWhileTheServiceIsNotThere() {
    balena.installLate(true);

    assertThat(device.requested(worker))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(null, Outcome.Deferred::after)
        .satisfies(outcome ->
            assertThat(outcome.reason()).contains("'coordinator'").contains("admin/edge-rpi4"));
    assertThat(balena.deviceVariables(device.uuid())).containsKey("K3S_TOKEN");
    assertThat(device.key()).isNotEmpty();

    balena.catchUp();
    synced();
    agrees();
    assertThat(balena.keys(balena.deviceId(device.uuid()).orElseThrow())).isEqualTo(1);
  }

  @Test
  void aMachineTypeWithoutAFleetNamesTheKeyToSet() {
    device.with("machine_name", "jetson-nano");

    assertThat(failure())
        .contains("'jetson-nano'")
        .contains("set doni.workers.balena.device-fleet-mapping.jetson-nano");
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void anUnknownMachineTypeCreatesNothing() {
    device.with("machine_name", "toaster");

    assertThat(failure()).isEqualTo("Balena knows no device type 'toaster' (machine_name)");
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void anUnknownFleetIsNamed() {
    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "admin/none"));

    assertThat(failure())
        .contains("'admin/none'")
        .contains("doni.workers.balena.device-fleet-mapping.raspberrypi4-64");
  }

  @Test
  void aNameInTwoOrganisationsIsAmbiguousAndASlugInAnyCaseIsNot() {
    balena.addFleet("lab", "edge-rpi4", "raspberrypi4-64");
    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "edge-rpi4"));
    assertThat(failure()).contains("organisation/name");

    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "Admin/Edge-RPI4"));
    synced();
  }

  @Test
  void aFleetThatVanishedIsLookedUpAgain() {
    Enrolled first = aDevice();
    assertThat(first.requested(worker)).isInstanceOf(Outcome.Synced.class);
    balena.removeFleet(site.fleet());

    assertThat(device.requested(worker)).isInstanceOf(Outcome.Deferred.class);
    assertThat(failure()).contains("Balena has no fleet");
  }

  @Test
  void refusesANameThatBalenaDoesNotTake() {
    device.named("x".repeat(256));
    assertThat(failure()).contains("at most 255");

    device.named("a\nb");
    assertThat(failure()).contains("line breaks");
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void tellsWhenADeviceWasLastSeen() {
    synced();
    balena.changeDevice(
        device.uuid(),
        JsonNodeFactory.instance
            .objectNode()
            .put("last_connectivity_event", "2026-11-22T18:05:09.551Z"));
    synced();
    assertThat(device.details()).containsEntry("last_seen", "2026-11-22T18:05:09+00:00");

    balena.changeDevice(
        device.uuid(), JsonNodeFactory.instance.objectNode().put("is_online", true));
    synced();
    assertThat(String.valueOf(device.details().get("last_seen")))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\+00:00")
        .isNotEqualTo("2026-11-22T18:05:09+00:00");
  }

  @Test
  void deletesADeletedDevice() {
    synced();
    device.deleted();

    assertThat(device.requested(worker)).isInstanceOf(Outcome.Gone.class);

    assertThat(balena.devices()).isZero();
    balena.calls().clear();
    assertThat(device.requested(worker)).isInstanceOf(Outcome.Gone.class);
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void deletesWhatNeverExisted() {
    assertThat(device.deleted().requested(worker)).isInstanceOf(Outcome.Gone.class);
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void aRejectedTokenHoldsTheLaneAndCostsOneCall() {
    worker = site.worker("wrong", Map.of("raspberrypi4-64", "admin/edge-rpi4"));

    for (int i = 0; i < 3; i++) {
      assertThat(
              catchThrowableOfType(BackendException.class, () -> device.requested(worker)).kind())
          .isEqualTo(BackendException.Kind.NOT_SENT);
    }

    assertThat(worker.lanePause())
        .hasValueSatisfying(hold ->
            assertThat(hold.reason())
                .isEqualTo("doni.workers.balena.api-token is rejected by Balena"));
    assertThat(balena.calls().total()).isEqualTo(1);
  }

  @Test
  void aTokenThatGoesBadLaterHoldsTheLaneToo() {
    synced();
    balena.rotateToken();

    assertThat(catchThrowableOfType(BackendException.class, () -> device.requested(worker)).kind())
        .isEqualTo(BackendException.Kind.NOT_SENT);
    assertThat(worker.lanePause()).isPresent();
  }
}
