package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.balena.BalenaClient.FleetLookup;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaWrite.CreateDeviceKey;
import doni.worker.balena.BalenaWrite.CreateVariable;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.RegisterDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.UpdateVariable;
import doni.worker.balena.BalenaWrite.VariableOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.DeviceOwner;
import doni.worker.balena.BalenaWrite.VariableOwner.ServiceOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The difference between the desired and the observed state.
 *
 * @param writes what removes the difference, in order
 * @param following the changes that can be written only after {@code writes}: those of a device
 *     that has to be registered first
 * @param refusal why the device cannot be registered
 * @param unrepaired what differs and is left alone
 */
record BalenaDrift(
    List<BalenaWrite> writes,
    List<Change> following,
    Optional<String> refusal,
    Optional<UnrepairedDrift> unrepaired) {

  BalenaDrift {
    writes = List.copyOf(writes);
    following = List.copyOf(following);
  }

  static BalenaDrift between(
      BalenaDesiredState desired, BalenaObservedState observed, BalenaRecordedState recorded) {
    if (desired.device().isEmpty()) {
      return ofWrites(
          observed.device().<BalenaWrite>map(_ -> new DeleteDevice(desired.uuid())).stream()
              .toList());
    }
    DesiredDevice wanted = desired.device().get();
    return observed
        .device()
        .map(device ->
            new BalenaDrift(
                updates(desired, wanted, device, recorded),
                List.of(),
                Optional.empty(),
                BalenaUnrepairedDrift.of(wanted, device, observed.fleet())))
        .orElseGet(() -> registration(desired, wanted, observed.fleet()));
  }

  private static BalenaDrift ofWrites(List<BalenaWrite> writes) {
    return new BalenaDrift(writes, List.of(), Optional.empty(), Optional.empty());
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  List<Change> changes() {
    return Stream.concat(
            writes.stream().flatMap(write -> write.changes().stream()), following.stream())
        .toList();
  }

  private static BalenaDrift registration(
      BalenaDesiredState desired, DesiredDevice wanted, Optional<FleetLookup> fleet) {
    String setting = BalenaProperties.FLEET_MAPPING + wanted.machineType();
    if (wanted.fleet().isEmpty() || fleet.isEmpty()) {
      return refused(
          "no fleet for machine type '%s'; set %s, or the fleet in the machine type's file"
              .formatted(wanted.machineType(), setting));
    }
    String name = wanted.fleet().get();
    return switch (fleet.get()) {
      case FleetLookup.KnownFleet(long id) ->
          new BalenaDrift(
              List.of(new RegisterDevice(desired.uuid(), id, wanted.machineType())),
              following(desired, wanted),
              Optional.empty(),
              Optional.empty());
      case FleetLookup.UnknownFleet() ->
          refused(
              "fleet '%s' not found in Balena, or hidden from our account; correct %s"
                  .formatted(name, setting));
      case FleetLookup.AmbiguousFleet() ->
          refused(
              "several organizations have a fleet '%s'; set %s to organization/name"
                  .formatted(name, setting));
    };
  }

  private static BalenaDrift refused(String reason) {
    return new BalenaDrift(List.of(), List.of(), Optional.of(reason), Optional.empty());
  }

  /**
   * Returns what follows a registration: Balena invents the device's name, and its services come
   * with the fleet's release, if that has them.
   */
  private static List<Change> following(BalenaDesiredState desired, DesiredDevice wanted) {
    List<Change> changes = new ArrayList<>();
    changes.add(Change.update("device name", null, desired.name()));
    VariableOwner device = new DeviceOwner(0);
    VariableOwner service = new ServiceOwner(0, wanted.service());
    wanted.deviceVariables().keySet().stream()
        .sorted()
        .forEach(name -> changes.add(Change.create(device.label(name))));
    wanted.serviceVariables().keySet().stream()
        .sorted()
        .forEach(name -> changes.add(Change.create(service.label(name))));
    return changes;
  }

  private static List<BalenaWrite> updates(
      BalenaDesiredState desired,
      DesiredDevice wanted,
      FleetDevice device,
      BalenaRecordedState recorded) {
    List<BalenaWrite> writes = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    boolean renamed = !device.name().equals(desired.name());
    if (renamed) {
      changes.add(Change.update("device name", device.name(), desired.name()));
    }
    boolean retyped = device.typeId() != wanted.typeId();
    if (retyped) {
      changes.add(Change.update("device type", device.type(), wanted.machineType()));
    }
    if (!changes.isEmpty()) {
      writes.add(
          new UpdateDevice(
              desired.uuid(),
              Optional.of(desired.name()).filter(_ -> renamed),
              Optional.of(wanted.typeId()).filter(_ -> retyped),
              changes));
    }
    // Before the variables: a key costs nothing, and a variable may be refused for long.
    if (recorded.keyOf(device).isEmpty()) {
      writes.add(new CreateDeviceKey(device.id()));
    }
    addVariables(
        new DeviceOwner(device.id()), wanted.deviceVariables(), device.variables(), writes);
    device.services().stream()
        .filter(install -> install.service().equals(wanted.service()))
        .forEach(install ->
            addVariables(
                new ServiceOwner(install.id(), install.service()),
                wanted.serviceVariables(),
                install.variables(),
                writes));
    return writes;
  }

  /** Variables that are not desired belong to others and stay. */
  private static void addVariables(
      VariableOwner owner,
      Map<String, Secret> desired,
      List<DeviceVariable> observed,
      List<BalenaWrite> writes) {
    new TreeMap<>(desired)
        .forEach((name, value) -> {
          Optional<DeviceVariable> present =
              observed.stream().filter(variable -> variable.name().equals(name)).findFirst();
          if (present.isEmpty()) {
            writes.add(new CreateVariable(owner, name, value));
          } else if (!present.get().value().equals(value)) {
            writes.add(new UpdateVariable(owner, present.get().id(), name, value));
          }
        });
  }
}
