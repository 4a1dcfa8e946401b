package doni.worker.balena;

import doni.convergence.FaultyBench;
import doni.convergence.FaultyCalls;
import doni.convergence.HardwareFixture;
import doni.enrollment.Hardware;
import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.simulator.SiteClock;
import doni.worker.Worker;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.UpdateVariable;
import doni.worker.balena.BalenaWrite.VariableOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.DeviceOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.ServiceOwner;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The balena worker in front of a Balena whose calls can fail. */
abstract class BalenaBench extends FaultyBench<BalenaClient> {

  private static final HardwareId ID = HardwareId.parse("6b1f4f0e-2f3e-4a77-9d1b-0b7a8a9d3c55");
  static final String UUID = BalenaDesiredState.uuid(ID);

  private final BalenaWorker worker;

  BalenaBench(
      FaultyCalls<BalenaClient> calls,
      BalenaClient client,
      BalenaProperties properties,
      SiteClock clock) {
    super(calls, client, clock);
    this.worker =
        new BalenaWorker(calls.client(), properties, BalenaFixtures.fleets(properties), clock);
  }

  static boolean writes(Method method) {
    return method.getReturnType() == BalenaWriteResult.class;
  }

  @Override
  public Worker worker() {
    return worker;
  }

  static HardwareFixture device() {
    return BalenaFixtures.aDevice().withId(ID);
  }

  @Override
  public Hardware hardware() {
    return device().hardware();
  }

  @Override
  public Map<String, Hardware> changedFields() {
    return Map.of(
        "name", device().named("pi-2").hardware(),
        "machine_name", device().withProperty("machine_name", "jetson-nano").hardware(),
        "credential id",
            device().withProperty("application_credential_id", "credential-2").hardware(),
        "credential secret",
            device()
                .withProperty("application_credential_secret", new Secret("another"))
                .hardware(),
        "token", device().withToken("fedcba.fedcba9876543210").hardware());
  }

  @Override
  public Map<String, Runnable> disturbances(Hardware hardware) {
    Map<String, Runnable> disturbances = new LinkedHashMap<>();
    disturbances.put("renamed", () -> update(Optional.of("other"), Optional.empty()));
    disturbances.put(
        "another type",
        () ->
            update(
                Optional.empty(), Optional.of(client().deviceTypeId("jetson-nano").orElseThrow())));
    disturbances.put("token", () -> spoilVariable(new DeviceOwner(found().id()), "K3S_TOKEN"));
    disturbances.put(
        "credential id", () -> spoilVariable(coordinator(), "OS_APPLICATION_CREDENTIAL_ID"));
    disturbances.put(
        "credential secret",
        () -> spoilVariable(coordinator(), "OS_APPLICATION_CREDENTIAL_SECRET"));
    return disturbances;
  }

  /** Returns variables without their ids. */
  static List<String> text(List<DeviceVariable> variables) {
    return variables.stream()
        .map(variable -> variable.name() + "=" + variable.value().value())
        .sorted()
        .toList();
  }

  /** Returns a device without its ids. */
  static String text(FleetDevice device) {
    return "%s %s %s %s %s %s"
        .formatted(
            device.uuid(),
            device.name(),
            device.fleet(),
            device.type(),
            text(device.variables()),
            device.services().stream()
                .map(install -> install.service() + text(install.variables()))
                .sorted()
                .toList());
  }

  private void update(Optional<String> name, Optional<Long> typeId) {
    client().write(new UpdateDevice(UUID, name, typeId, List.of()));
  }

  private void spoilVariable(VariableOwner owner, String name) {
    FleetDevice device = found();
    long id =
        (owner instanceof DeviceOwner ? device.variables() : install(device).variables())
            .stream()
                .filter(variable -> variable.name().equals(name))
                .findFirst()
                .orElseThrow()
                .id();
    client().write(new UpdateVariable(owner, id, name, new Secret("spoiled")));
  }

  private VariableOwner coordinator() {
    return new ServiceOwner(install(found()).id(), BalenaFixtures.SERVICE);
  }

  private FleetDevice found() {
    return client().device(UUID).orElseThrow();
  }

  private static ServiceInstall install(FleetDevice device) {
    return device.services().stream()
        .filter(install -> install.service().equals(BalenaFixtures.SERVICE))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void deleteResource(Hardware hardware) {
    client().write(new DeleteDevice(UUID));
  }

  @Override
  public Map<String, String> secrets() {
    return Map.of("token", BalenaFixtures.TOKEN, "credential", BalenaFixtures.CREDENTIAL);
  }
}
