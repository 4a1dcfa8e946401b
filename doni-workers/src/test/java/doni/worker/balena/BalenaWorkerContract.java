package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import doni.backend.BackendException;
import doni.convergence.HardwareFixture;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.SharedNames;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import doni.worker.balena.BalenaWrite.CreateVariable;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.RegisterDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.VariableOwner.DeviceOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.ServiceOwner;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the worker relies on in a Balena server; the same for the simulated and a real one. */
abstract class BalenaWorkerContract extends WorkerContractTest {

  private static final String UUID = BalenaBench.UUID;
  private static final int MAX_NAME = 255;

  private BalenaServerBench bench;
  private final HardwareFixture device = BalenaBench.device();

  @Override
  protected abstract BalenaServerBench open();

  @Override
  protected boolean marksItsObjects() {
    return true;
  }

  @BeforeEach
  void openServer() {
    bench = open();
  }

  @AfterEach
  void closeServer() {
    bench.close();
  }

  private Outcome.Synced settled() {
    Outcome outcome = device.requested(bench.worker());
    if (outcome instanceof Outcome.Deferred) {
      bench.proceed(device.hardware());
      outcome = device.requested(bench.worker());
    }
    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    return (Outcome.Synced) outcome;
  }

  private FleetDevice found() {
    return bench.balena().device(UUID).orElseThrow();
  }

  private ServiceInstall install(String service) {
    return found().services().stream()
        .filter(install -> install.service().equals(service))
        .findFirst()
        .orElseThrow();
  }

  private void assertWritten() {
    FleetDevice found = found();
    assertThat(found.name()).isEqualTo(device.name());
    assertThat(found.type()).isEqualTo("raspberrypi4-64");
    assertThat(BalenaBench.text(found.variables()))
        .containsExactly("K3S_TOKEN=" + BalenaFixtures.TOKEN);
    assertThat(BalenaBench.text(install(BalenaFixtures.SERVICE).variables()))
        .containsExactly(
            "OS_APPLICATION_CREDENTIAL_ID=credential-1",
            "OS_APPLICATION_CREDENTIAL_SECRET=" + BalenaFixtures.CREDENTIAL);
    assertThat(install("wireguard").variables()).isEmpty();
    assertThat(bench.account().deviceOf(BalenaFixtures.key(device))).hasValue(found.id());
    assertThat(device.details())
        .containsEntry("device_id", found.id())
        .containsEntry("fleet_id", found.fleetId());
  }

  @Test
  void aNewDeviceIsWrittenWithAKeyOfItsOwn() {
    settled();

    assertWritten();
    assertThat(found().fleetId()).isEqualTo(bench.fleet());
    assertThat(device.details()).doesNotContainKeys("last_seen", "needs_bake");
  }

  @Test
  void anyNameIsWritten() {
    for (String name : List.of("o'brien & co + 100% / ü", "x".repeat(MAX_NAME))) {
      device.named(name);
      settled();

      assertThat(found().name()).isEqualTo(name);
    }
  }

  @Test
  void anotherMachineTypeKeepsTheFleet() {
    settled();

    device.withProperty("machine_name", "jetson-nano");
    settled();

    assertThat(found().type()).isEqualTo("jetson-nano");
    assertThat(found().fleetId()).isEqualTo(bench.fleet());
  }

  /** These are the limits that the worker checks before it writes. */
  @Test
  void balenaRefusesANameThatTheWorkerDoesNotWrite() {
    settled();

    for (String name : List.of("x".repeat(MAX_NAME + 1), "a\nb")) {
      assertThat(refused(new UpdateDevice(UUID, Optional.of(name), Optional.empty(), List.of())))
          .isEqualTo(400);
    }
  }

  private int refused(BalenaWrite write) {
    return catchThrowableOfType(BackendException.class, () -> bench.balena().write(write)).status();
  }

  @Test
  void aCredentialOfSeveralLinesFailsAndIsNotShown() {
    device.withProperty(SharedNames.CREDENTIAL_SECRET, new Secret("first\nsecond"));
    Outcome outcome = device.attempted(bench.worker());
    if (outcome instanceof Outcome.Deferred) {
      bench.proceed(device.hardware());
      outcome = device.attempted(bench.worker());
    }

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .returns(false, Outcome.Failed::retryable)
        .returns(
            "balena answered 400: Variable values cannot contain line break characters (POST"
                + " /v7/device_service_environment_variable OS_APPLICATION_CREDENTIAL_SECRET)",
            Outcome.Failed::message);
  }

  /** So an empty credential has to be refused at enrollment. */
  @Test
  void balenaAcceptsAnEmptyVariable() {
    settled();

    bench
        .balena()
        .write(new CreateVariable(new DeviceOwner(found().id()), "EMPTY", new Secret("")));

    assertThat(BalenaBench.text(found().variables())).contains("EMPTY=");
  }

  @Test
  void aServiceVariableThatHidesTheTokenIsReportedAndStays() {
    settled();
    ServiceOwner owner = new ServiceOwner(install("wireguard").id(), "wireguard");
    bench.balena().write(new CreateVariable(owner, "K3S_TOKEN", new Secret("another")));

    assertThat(settled().unrepaired())
        .contains(
            new UnrepairedDrift(
                List.of(Change.delete("variable of service wireguard K3S_TOKEN")),
                "variable of service wireguard K3S_TOKEN hides the device variable with another"
                    + " value; delete it in Balena"));

    assertThat(BalenaBench.text(install("wireguard").variables()))
        .containsExactly("K3S_TOKEN=another");
  }

  @Test
  void aDeviceThatWasMovedIsReportedAndStays() {
    settled();
    String key = BalenaFixtures.key(device);
    bench.account().move(UUID, bench.otherFleet());
    bench.proceed(device.hardware());
    assertThat(install(BalenaFixtures.SERVICE).variables()).isEmpty();

    String wanted = bench.fleetName();
    String actual = found().fleet();
    UnrepairedDrift drift =
        new UnrepairedDrift(
            List.of(Change.update("fleet", actual, wanted)),
            "device is in fleet '%s', but machine type 'raspberrypi4-64' belongs in fleet '%s'; move the device in Balena, or correct the fleet of the machine type"
                .formatted(actual, wanted));
    assertThat(settled().unrepaired()).contains(drift);
    assertThat(device.plan(bench.worker()).conclusion())
        .get(type(Outcome.Synced.class))
        .returns(Optional.of(drift), Outcome.Synced::unrepaired);

    assertWritten();
    assertThat(found().fleetId()).isEqualTo(bench.otherFleet());
    assertThat(BalenaFixtures.key(device).equals(key)).as("the key stays").isTrue();
  }

  @Test
  void aDeletedDeviceIsRegisteredWithANewKey() {
    settled();
    String former = BalenaFixtures.key(device);
    bench.balena().write(new DeleteDevice(UUID));
    assertThat(bench.account().deviceOf(former)).isEmpty();

    settled();

    assertWritten();
    assertThat(bench.account().deviceOf(former)).isEmpty();
    assertThat(device.details()).containsKey("needs_bake");
  }

  @Test
  void aDeviceThatWasRegisteredAgainGetsANewKey() {
    settled();
    bench.balena().write(new DeleteDevice(UUID));
    bench.balena().write(new RegisterDevice(UUID, bench.fleet(), "raspberrypi4-64"));

    settled();

    assertWritten();
  }

  @Test
  void aRegistrationShowsWhetherTheUuidOrTheFleetIsTheCause() {
    settled();

    assertThat(bench.balena().write(new RegisterDevice(UUID, bench.fleet(), "raspberrypi4-64")))
        .isEqualTo(new BalenaWriteResult.UuidTaken());
    assertThat(
            bench
                .balena()
                .write(new RegisterDevice("0".repeat(32), 999_999_999, "raspberrypi4-64")))
        .isEqualTo(new BalenaWriteResult.Outdated());
  }

  /** So only the next observation shows whether a write was carried out. */
  @Test
  void aWriteToADeletedDeviceIsAccepted() {
    settled();
    BalenaWriteResult accepted = new BalenaWriteResult.WriteAccepted();

    assertThat(bench.balena().write(new DeleteDevice(UUID))).isEqualTo(accepted);
    assertThat(bench.balena().write(new DeleteDevice(UUID))).isEqualTo(accepted);
    assertThat(
            bench
                .balena()
                .write(new UpdateDevice(UUID, Optional.of("x"), Optional.empty(), List.of())))
        .isEqualTo(accepted);
    assertThat(bench.balena().device(UUID)).isEmpty();
  }

  @Test
  void aListingHasWhatASingleReadHas() {
    settled();

    assertThat(bench.balena().listDevices().devices()).containsEntry(UUID, found());
  }
}
