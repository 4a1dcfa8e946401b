package doni.worker.balena;

import static doni.worker.balena.BalenaFixtures.aDevice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.backend.BackendException;
import doni.convergence.HardwareFixture;
import doni.simulator.balena.SimulatedBalena;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.node.JsonNodeFactory;

/** Attempts against a Balena that answers. */
@ExtendWith(OutputCaptureExtension.class)
class BalenaWorkerIT {

  private static final String UNUSABLE_NAME =
      "name: must have at most 255 characters and no line breaks for Balena";

  private BalenaSite site;
  private SimulatedBalena balena;
  private BalenaWorker worker;
  private final HardwareFixture device = aDevice();

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

  private void assertSynced() {
    assertThat(device.requested(worker)).isInstanceOf(Outcome.Synced.class);
  }

  private void assertWritten() {
    assertThat(balena.deviceVariables(BalenaFixtures.uuid(device)))
        .containsEntry("K3S_TOKEN", BalenaFixtures.TOKEN);
    assertThat(balena.serviceVariables(BalenaFixtures.uuid(device), "coordinator"))
        .isEqualTo(
            Map.of(
                "OS_APPLICATION_CREDENTIAL_ID",
                "credential-1",
                "OS_APPLICATION_CREDENTIAL_SECRET",
                BalenaFixtures.CREDENTIAL));
    assertThat(balena.serviceVariables(BalenaFixtures.uuid(device), "wireguard")).isEmpty();
    assertThat(balena.deviceName(BalenaFixtures.uuid(device))).contains("pi-1");
    assertThat(balena.deviceType(BalenaFixtures.uuid(device))).contains("raspberrypi4-64");
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
  void oneListingServesAllScheduledAttempts() {
    List<HardwareFixture> devices = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      HardwareFixture one = aDevice().named("edge-" + i);
      assertThat(one.requested(worker)).isInstanceOf(Outcome.Synced.class);
      devices.add(one);
    }
    BalenaWorker afterRestart = site.worker();
    balena.calls().clear();

    devices.forEach(
        one -> assertThat(one.scheduled(afterRestart)).isInstanceOf(Outcome.Synced.class));

    // The token check, the device types, the fleets, their devices.
    assertThat(balena.calls().total()).isEqualTo(4);
  }

  @Test
  void aMissingPropertyLeavesItsVariable() {
    assertSynced();
    balena.calls().clear();

    device.withoutProperty("k8s_bootstrap_token");
    assertSynced();

    assertThat(balena.calls().writes()).isZero();
    assertWritten();
  }

  @Test
  void driftIsRepairedByAScheduledAttempt() {
    assertSynced();
    balena.changeDevice(
        BalenaFixtures.uuid(device),
        JsonNodeFactory.instance.objectNode().put("device_name", "mine"));
    balena.setEveryVariable(BalenaFixtures.uuid(device), "K3S_TOKEN", "wrong");
    balena.setEveryVariable(
        BalenaFixtures.uuid(device), "OS_APPLICATION_CREDENTIAL_SECRET", "wrong");

    assertThat(device.scheduled(site.worker())).isInstanceOf(Outcome.Synced.class);

    assertWritten();
  }

  @Test
  void anExistingDeviceStaysInItsFleet() {
    long elsewhere = balena.addFleet("lab", "other", "jetson-nano");
    balena.release(elsewhere, "coordinator", "wireguard");
    long id = balena.addDevice(BalenaFixtures.uuid(device), elsewhere, "jetson-nano");

    assertThat(unrepaired(device.requested(worker)).differences())
        .containsExactly(Change.update("fleet", "lab/other", "admin/edge-rpi4"));

    assertWritten();
    assertThat(device.details())
        .containsEntry("device_id", id)
        .containsEntry("fleet_id", elsewhere);
    assertThat(balena.calls().count("POST", "/device/register")).isZero();
    assertThat(balena.isKeyOf(BalenaFixtures.key(device), id)).isTrue();
  }

  @Test
  void anotherFleetOfTheMachineTypeIsReported() {
    assertSynced();
    balena.addFleet("admin", "edge-rpi5", "raspberrypi4-64");
    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "edge-rpi5"));

    assertThat(unrepaired(device.scheduled(worker)).differences())
        .containsExactly(Change.update("fleet", "admin/edge-rpi4", "edge-rpi5"));

    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "edge-rpi4"));
    assertThat(device.scheduled(worker))
        .asInstanceOf(type(Outcome.Synced.class))
        .returns(Optional.empty(), Outcome.Synced::unrepaired);
  }

  @Test
  void anotherMachineTypeWithAFleetOfItsOwnIsReported() {
    balena.addFleet("admin", "edge-jetson", "jetson-nano");
    worker =
        site.worker(
            balena.token(),
            Map.of("raspberrypi4-64", "admin/edge-rpi4", "jetson-nano", "admin/edge-jetson"));
    assertSynced();

    device.withProperty("machine_name", "jetson-nano");

    assertThat(unrepaired(device.requested(worker)).differences())
        .containsExactly(Change.update("fleet", "admin/edge-rpi4", "admin/edge-jetson"));
    assertThat(balena.deviceType(BalenaFixtures.uuid(device))).contains("jetson-nano");
  }

  private static UnrepairedDrift unrepaired(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    return ((Outcome.Synced) outcome).unrepaired().orElseThrow();
  }

  @Test
  void aDeviceWithANewKeyMustBeBakedUntilItsFirstContact(CapturedOutput output) {
    assertSynced();
    assertThat(device.details()).doesNotContainKey("needs_bake");
    balena.removeDevice(BalenaFixtures.uuid(device));

    Outcome outcome = device.scheduled(site.worker());

    assertThat(outcome.changes())
        .contains(Change.create("new device key; the device must be baked again"));
    Object since = device.details().get("needs_bake");
    assertThat(since).asString().startsWith("2026-11-22T12:");
    assertThat(output.getOut())
        .containsOnlyOnce(
            "Device pi-1 was deleted in Balena and has a new key; it cannot connect until its owner"
                + " bakes it again");
    assertSynced();
    assertThat(device.details()).containsEntry("needs_bake", since);

    balena.changeDevice(
        BalenaFixtures.uuid(device), JsonNodeFactory.instance.objectNode().put("is_online", true));
    assertSynced();
    assertThat(device.details()).doesNotContainKey("needs_bake");
  }

  @Test
  void aMissingServiceDefersAfterTheOtherWrites() {
    balena.installLate(true);

    assertThat(device.requested(worker))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(null, Outcome.Deferred::after)
        .satisfies(outcome ->
            assertThat(outcome.reason())
                .isEqualTo(
                    "service 'coordinator' not on the device yet; Balena adds it once fleet admin/edge-rpi4 has a release with it"));
    assertThat(balena.deviceVariables(BalenaFixtures.uuid(device))).containsKey("K3S_TOKEN");
    assertThat(BalenaFixtures.key(device)).isNotEmpty();

    balena.catchUp();
    assertSynced();
    assertWritten();
    assertThat(balena.keys(balena.deviceId(BalenaFixtures.uuid(device)).orElseThrow()))
        .isEqualTo(1);
  }

  @Test
  void aMachineTypeWithoutAFleetFails() {
    device.withProperty("machine_name", "jetson-nano");

    assertThat(failure())
        .isEqualTo(
            "no fleet for machine type 'jetson-nano'; set doni.workers.balena.device-fleet-mapping.jetson-nano, or the fleet in the machine type's file");
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void anUnknownDeviceTypeFails() {
    device.withProperty("machine_name", "toaster");

    assertThat(failure()).isEqualTo("machine_name: Balena has no device type 'toaster'");
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void anUnknownFleetFails() {
    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "admin/none"));

    assertThat(failure())
        .isEqualTo(
            "fleet 'admin/none' not found in Balena, or hidden from our account; correct doni.workers.balena.device-fleet-mapping.raspberrypi4-64");
  }

  @Test
  void anAmbiguousFleetNeedsItsOrganization() {
    balena.addFleet("lab", "edge-rpi4", "raspberrypi4-64");
    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "edge-rpi4"));
    assertThat(failure())
        .isEqualTo(
            "several organizations have a fleet 'edge-rpi4'; set doni.workers.balena.device-fleet-mapping.raspberrypi4-64 to organization/name");

    worker = site.worker(balena.token(), Map.of("raspberrypi4-64", "Admin/Edge-RPI4"));
    assertSynced();
  }

  @Test
  void aDeletedFleetIsLookedUpAgain() {
    HardwareFixture first = aDevice();
    assertThat(first.requested(worker)).isInstanceOf(Outcome.Synced.class);
    balena.removeFleet(site.fleet());

    assertThat(failure())
        .isEqualTo(
            "fleet 'admin/edge-rpi4' not found in Balena, or hidden from our account; correct doni.workers.balena.device-fleet-mapping.raspberrypi4-64");
    assertThat(balena.calls().count("POST", "/device/register")).isEqualTo(2);
  }

  @Test
  void anUnusableNameFails() {
    device.named("x".repeat(256));
    assertThat(failure()).isEqualTo(UNUSABLE_NAME);

    device.named("a\nb");
    assertThat(failure()).isEqualTo(UNUSABLE_NAME);
    assertThat(balena.calls().writes()).isZero();
  }

  @Test
  void theLastConnectionIsReported() {
    assertSynced();
    balena.changeDevice(
        BalenaFixtures.uuid(device),
        JsonNodeFactory.instance
            .objectNode()
            .put("last_connectivity_event", "2026-11-22T18:05:09.551Z"));
    assertSynced();
    assertThat(device.details()).containsEntry("last_seen", "2026-11-22T18:05:09+00:00");

    balena.changeDevice(
        BalenaFixtures.uuid(device), JsonNodeFactory.instance.objectNode().put("is_online", true));
    assertSynced();
    assertThat(String.valueOf(device.details().get("last_seen")))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\+00:00")
        .isNotEqualTo("2026-11-22T18:05:09+00:00");
  }

  @Test
  void aRejectedTokenPausesTheLaneAfterOneCall() {
    worker = site.worker("wrong", Map.of("raspberrypi4-64", "admin/edge-rpi4"));

    for (int i = 0; i < 3; i++) {
      assertThat(
              catchThrowableOfType(BackendException.class, () -> device.requested(worker)).kind())
          .isEqualTo(BackendException.Kind.NOT_SENT);
    }

    assertThat(worker.lanePause())
        .hasValueSatisfying(pause ->
            assertThat(pause.reason())
                .isEqualTo("Balena rejected the token; set doni.workers.balena.api-token"));
    assertThat(balena.calls().total()).isEqualTo(1);
  }

  @Test
  void aRevokedTokenPausesTheLane() {
    assertSynced();
    balena.rotateToken();

    assertThat(catchThrowableOfType(BackendException.class, () -> device.requested(worker)).kind())
        .isEqualTo(BackendException.Kind.NOT_SENT);
    assertThat(worker.lanePause()).isPresent();
  }
}
