package doni.worker.balena;

import static org.assertj.core.api.Assertions.assertThat;

import doni.convergence.StateDetails;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.balena.BalenaClient.FleetLookup;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import doni.worker.balena.BalenaWrite.CreateDeviceKey;
import doni.worker.balena.BalenaWrite.CreateVariable;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.RegisterDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.UpdateVariable;
import doni.worker.balena.BalenaWrite.VariableOwner.DeviceOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.ServiceOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of desired, observed and recorded states, and what is to be written for each. */
class BalenaDriftTests {

  private static final String UUID = "6b1f4f0e2f3e4a779d1b0b7a8a9d3c55";
  private static final String ID_NAME = "OS_APPLICATION_CREDENTIAL_ID";
  private static final String SECRET_NAME = "OS_APPLICATION_CREDENTIAL_SECRET";
  private static final Secret TOKEN = new Secret("abcdef.0123456789abcdef");
  private static final Secret CREDENTIAL_ID = new Secret("credential-1");
  private static final Secret CREDENTIAL = new Secret("s3cret");
  private static final Secret WRONG = new Secret("wrong");
  private static final long DEVICE = 5;
  private static final long PI = 11;
  private static final long JETSON = 6;
  private static final DeviceOwner DEVICE_OWNER = new DeviceOwner(DEVICE);
  private static final ServiceOwner COORDINATOR = new ServiceOwner(21, "coordinator");
  private static final BalenaRecordedState KEY =
      BalenaRecordedState.NOTHING.withKey(DEVICE, new Secret("key"), BalenaFixtures.NOW);
  private static final DeviceVariable K3S_TOKEN = new DeviceVariable(31, "K3S_TOKEN", TOKEN);
  private static final DeviceVariable ID_VARIABLE = new DeviceVariable(41, ID_NAME, CREDENTIAL_ID);
  private static final DeviceVariable SECRET_VARIABLE =
      new DeviceVariable(42, SECRET_NAME, CREDENTIAL);
  private static final List<DeviceVariable> CREDENTIALS = List.of(ID_VARIABLE, SECRET_VARIABLE);

  private static BalenaDesiredState desired() {
    return desired("raspberrypi4-64", PI, "admin/edge-rpi4");
  }

  private static BalenaDesiredState desired(String type, long typeId, @Nullable String fleet) {
    return desired(
        new DesiredDevice(
            type,
            typeId,
            Optional.ofNullable(fleet),
            Map.of("K3S_TOKEN", TOKEN),
            "coordinator",
            Map.of(ID_NAME, CREDENTIAL_ID, SECRET_NAME, CREDENTIAL)));
  }

  private static BalenaDesiredState desired(DesiredDevice device) {
    return new BalenaDesiredState(UUID, "pi-1", Optional.of(device));
  }

  private static BalenaDesiredState deleted() {
    return new BalenaDesiredState(UUID, "pi-1", Optional.empty());
  }

  private static BalenaObservedState observed(
      List<DeviceVariable> variables, ServiceInstall... services) {
    return observed("pi-1", variables, services);
  }

  private static BalenaObservedState observed(
      String name, List<DeviceVariable> variables, ServiceInstall... services) {
    return new BalenaObservedState(
        Optional.of(
            new FleetDevice(
                DEVICE,
                UUID,
                name,
                1,
                "admin/edge-rpi4",
                PI,
                "raspberrypi4-64",
                false,
                null,
                variables,
                List.of(services))),
        Optional.empty());
  }

  private static ServiceInstall coordinator(List<DeviceVariable> variables) {
    return new ServiceInstall(21, "coordinator", variables);
  }

  private static BalenaObservedState missing(@Nullable FleetLookup fleet) {
    return new BalenaObservedState(Optional.empty(), Optional.ofNullable(fleet));
  }

  private static BalenaObservedState equal() {
    return observed(List.of(K3S_TOKEN), coordinator(CREDENTIALS));
  }

  @Test
  void equalStatesHaveNoDrift() {
    BalenaDrift drift = BalenaDrift.between(desired(), equal(), KEY);

    assertThat(drift)
        .isEqualTo(new BalenaDrift(List.of(), List.of(), Optional.empty(), Optional.empty()));
    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.changes()).isEmpty();
  }

  @Test
  void aServiceVariableThatHidesADeviceVariableIsReported() {
    BalenaDrift drift =
        BalenaDrift.between(
            desired(),
            observed(
                List.of(K3S_TOKEN),
                coordinator(CREDENTIALS),
                new ServiceInstall(22, "k3s", List.of(new DeviceVariable(51, "K3S_TOKEN", WRONG)))),
            KEY);

    assertThat(drift.writes()).isEmpty();
    assertThat(drift.unrepaired())
        .contains(
            new UnrepairedDrift(
                List.of(Change.delete("variable of service k3s K3S_TOKEN")),
                "variable of service k3s K3S_TOKEN hides the device variable with another value;"
                    + " delete it in Balena"));
  }

  @Test
  void aServiceVariableOfTheSameValueIsNotReported() {
    BalenaDrift drift =
        BalenaDrift.between(
            desired(),
            observed(
                List.of(K3S_TOKEN),
                coordinator(CREDENTIALS),
                new ServiceInstall(22, "k3s", List.of(new DeviceVariable(51, "K3S_TOKEN", TOKEN)))),
            KEY);

    assertThat(drift.unrepaired()).isEmpty();
  }

  static Stream<Arguments> fields() {
    return Stream.of(
        row(
            "another name",
            observed("other", List.of(K3S_TOKEN), coordinator(CREDENTIALS)),
            new UpdateDevice(
                UUID,
                Optional.of("pi-1"),
                Optional.empty(),
                List.of(Change.update("device name", "other", "pi-1"))),
            Change.update("device name", "other", "pi-1")),
        row(
            "device variable missing",
            observed(List.of(), coordinator(CREDENTIALS)),
            new CreateVariable(DEVICE_OWNER, "K3S_TOKEN", TOKEN),
            Change.create("device variable K3S_TOKEN")),
        row(
            "device variable wrong",
            observed(List.of(new DeviceVariable(31, "K3S_TOKEN", WRONG)), coordinator(CREDENTIALS)),
            new UpdateVariable(DEVICE_OWNER, 31, "K3S_TOKEN", TOKEN),
            Change.update("device variable K3S_TOKEN", null, null)),
        row(
            "device variable in another case",
            observed(List.of(new DeviceVariable(31, "k3s_token", TOKEN)), coordinator(CREDENTIALS)),
            new CreateVariable(DEVICE_OWNER, "K3S_TOKEN", TOKEN),
            Change.create("device variable K3S_TOKEN")),
        row(
            "service variable missing",
            observed(List.of(K3S_TOKEN), coordinator(List.of(SECRET_VARIABLE))),
            new CreateVariable(COORDINATOR, ID_NAME, CREDENTIAL_ID),
            Change.create("variable of service coordinator " + ID_NAME)),
        row(
            "service variable wrong",
            observed(
                List.of(K3S_TOKEN),
                coordinator(List.of(ID_VARIABLE, new DeviceVariable(42, SECRET_NAME, WRONG)))),
            new UpdateVariable(COORDINATOR, 42, SECRET_NAME, CREDENTIAL),
            Change.update("variable of service coordinator " + SECRET_NAME, null, null)));
  }

  private static Arguments row(
      String name, BalenaObservedState observed, BalenaWrite write, Change change) {
    return Arguments.argumentSet(name, observed, write, change);
  }

  @ParameterizedTest
  @MethodSource("fields")
  void eachDifferentFieldIsOneWrite(
      BalenaObservedState observed, BalenaWrite write, Change change) {
    BalenaDrift drift = BalenaDrift.between(desired(), observed, KEY);

    assertThat(drift.writes()).containsExactly(write);
    assertThat(drift.changes()).containsExactly(change);
    assertThat(drift.isEmpty()).isFalse();
  }

  @Test
  void anotherDeviceTypeIsSetAndTheFleetStays() {
    List<Change> changes = List.of(Change.update("device type", "raspberrypi4-64", "jetson-nano"));

    BalenaDrift drift =
        BalenaDrift.between(desired("jetson-nano", JETSON, "admin/edge-jetson"), equal(), KEY);

    assertThat(drift.writes())
        .containsExactly(new UpdateDevice(UUID, Optional.empty(), Optional.of(JETSON), changes));
    assertThat(drift.changes()).isEqualTo(changes);
  }

  @Test
  void nameAndTypeAreOneWrite() {
    BalenaObservedState observed = observed("other", List.of(K3S_TOKEN), coordinator(CREDENTIALS));

    BalenaDrift drift =
        BalenaDrift.between(desired("jetson-nano", JETSON, "admin/edge-jetson"), observed, KEY);

    assertThat(drift.writes())
        .containsExactly(
            new UpdateDevice(
                UUID,
                Optional.of("pi-1"),
                Optional.of(JETSON),
                List.of(
                    Change.update("device name", "other", "pi-1"),
                    Change.update("device type", "raspberrypi4-64", "jetson-nano"))));
  }

  @Test
  void everythingWrongIsWrittenInOrder() {
    BalenaDrift drift =
        BalenaDrift.between(
            desired(),
            observed("other", List.of(), coordinator(List.of())),
            BalenaRecordedState.NOTHING);

    assertThat(drift.changes())
        .containsExactly(
            Change.update("device name", "other", "pi-1"),
            Change.create("device key"),
            Change.create("device variable K3S_TOKEN"),
            Change.create("variable of service coordinator " + ID_NAME),
            Change.create("variable of service coordinator " + SECRET_NAME));
  }

  @Test
  void variablesOfOthersStay() {
    List<DeviceVariable> more = new ArrayList<>(CREDENTIALS);
    more.add(new DeviceVariable(43, "DEBUG", WRONG));
    BalenaObservedState observed =
        observed(
            List.of(K3S_TOKEN, new DeviceVariable(32, ID_NAME, WRONG)),
            coordinator(more),
            new ServiceInstall(22, "wireguard", List.of(new DeviceVariable(44, ID_NAME, WRONG))));

    assertThat(BalenaDrift.between(desired(), observed, KEY).isEmpty()).isTrue();
  }

  @Test
  void aPropertyThatTheEnrollmentLacksLeavesItsVariable() {
    BalenaDesiredState without =
        desired(
            new DesiredDevice(
                "raspberrypi4-64", PI, Optional.empty(), Map.of(), "coordinator", Map.of()));

    assertThat(BalenaDrift.between(without, equal(), KEY).isEmpty()).isTrue();
  }

  @Test
  void aDeviceWithoutTheServiceGetsEverythingElse() {
    assertThat(BalenaDrift.between(desired(), observed(List.of()), KEY).writes())
        .containsExactly(new CreateVariable(DEVICE_OWNER, "K3S_TOKEN", TOKEN));
  }

  static Stream<BalenaRecordedState> withoutKey() {
    return Stream.of(
        BalenaRecordedState.NOTHING,
        BalenaRecordedState.NOTHING.withKey(
            DEVICE + 1, new Secret("key of a deleted device"), BalenaFixtures.NOW),
        BalenaRecordedState.of(new StateDetails(Map.of("device_id", DEVICE))),
        BalenaRecordedState.of(
            new StateDetails(Map.of("device_id", DEVICE, "device_api_key", "not a secret"))),
        BalenaRecordedState.of(new StateDetails(Map.of("device_api_key", new Secret("key")))));
  }

  @ParameterizedTest
  @MethodSource("withoutKey")
  void aDeviceWithoutARecordedKeyGetsOne(BalenaRecordedState recorded) {
    assertThat(BalenaDrift.between(desired(), equal(), recorded).writes())
        .containsExactly(new CreateDeviceKey(DEVICE));
  }

  @Test
  void aRecordedKeyIsReadFromTheDetails() {
    BalenaRecordedState recorded =
        BalenaRecordedState.of(
            new StateDetails(Map.of("device_id", 5, "device_api_key", new Secret("key"))));

    assertThat(recorded).isEqualTo(KEY);
    assertThat(BalenaDrift.between(desired(), equal(), recorded).isEmpty()).isTrue();
  }

  /** Recorded, but gone: the key of the former device does not matter. */
  @Test
  void aMissingDeviceIsRegisteredAndTheRestFollows() {
    BalenaDrift drift = BalenaDrift.between(desired(), missing(new FleetLookup.KnownFleet(7)), KEY);

    assertThat(drift.writes()).containsExactly(new RegisterDevice(UUID, 7, "raspberrypi4-64"));
    assertThat(drift.changes())
        .containsExactly(
            Change.create("device " + UUID),
            Change.update("device name", null, "pi-1"),
            Change.create("device variable K3S_TOKEN"),
            Change.create("variable of service coordinator " + ID_NAME),
            Change.create("variable of service coordinator " + SECRET_NAME));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            "no fleet configured",
            null,
            null,
            "no fleet for machine type 'raspberrypi4-64'; set doni.workers.balena.device-fleet-mapping.raspberrypi4-64, or the fleet in the machine type's file"),
        refusal(
            "unknown fleet",
            "admin/none",
            new FleetLookup.UnknownFleet(),
            "fleet 'admin/none' not found in Balena, or hidden from our account; correct doni.workers.balena.device-fleet-mapping.raspberrypi4-64"),
        refusal(
            "ambiguous fleet",
            "edge",
            new FleetLookup.AmbiguousFleet(),
            "several organizations have a fleet 'edge'; set doni.workers.balena.device-fleet-mapping.raspberrypi4-64 to organization/name"));
  }

  private static Arguments refusal(
      String name, @Nullable String fleet, @Nullable FleetLookup found, String reason) {
    return Arguments.argumentSet(name, fleet, found, reason);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aMissingDeviceWithoutOneFleetIsNotRegistered(
      @Nullable String fleet, @Nullable FleetLookup found, String reason) {
    BalenaDrift drift =
        BalenaDrift.between(desired("raspberrypi4-64", PI, fleet), missing(found), KEY);

    assertThat(drift)
        .isEqualTo(new BalenaDrift(List.of(), List.of(), Optional.of(reason), Optional.empty()));
  }

  @Test
  void aDeletedDeviceIsDeleted() {
    BalenaDrift drift = BalenaDrift.between(deleted(), equal(), KEY);

    assertThat(drift.writes()).containsExactly(new DeleteDevice(UUID));
    assertThat(drift.changes()).containsExactly(Change.delete("device " + UUID));
  }

  @Test
  void aDeletedDeviceThatIsMissingHasNoDrift() {
    assertThat(BalenaDrift.between(deleted(), missing(null), KEY).isEmpty()).isTrue();
  }
}
