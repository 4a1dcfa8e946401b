package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.LanePause;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import doni.worker.balena.BalenaWrite.CreateDeviceKey;
import doni.worker.balena.BalenaWrite.CreateVariable;
import doni.worker.balena.BalenaWrite.DeleteDevice;
import doni.worker.balena.BalenaWrite.RegisterDevice;
import doni.worker.balena.BalenaWrite.UpdateDevice;
import doni.worker.balena.BalenaWrite.UpdateVariable;
import doni.worker.balena.BalenaWrite.VariableOwner;
import doni.worker.balena.BalenaWriteResult.KeyIssued;
import doni.worker.balena.BalenaWriteResult.WriteAccepted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Fleets in memory, for development without Balena. Every device type and every fleet exists, and a
 * device has its service at once.
 */
final class InMemoryBalenaClient implements BalenaClient {

  private final String service;
  private final Map<String, Long> types = new HashMap<>();
  private final Map<String, Long> fleets = new HashMap<>();
  private final Map<String, FleetDevice> devices = new TreeMap<>();
  private long lastId;

  /**
   * @param service the one that each device has
   */
  InMemoryBalenaClient(String service) {
    this.service = service;
  }

  /** Returns all devices, in the order of their UUIDs. */
  synchronized List<FleetDevice> devices() {
    return List.copyOf(devices.values());
  }

  @Override
  public String verifyAccess() {
    return "in memory; Balena is not called";
  }

  @Override
  public Optional<LanePause> lanePause() {
    return Optional.empty();
  }

  @Override
  public Optional<FleetDevice> recentDevice(String uuid) {
    return device(uuid);
  }

  @Override
  public synchronized FleetListing listDevices() {
    return new FleetListing(Set.copyOf(fleets.values()), devices);
  }

  @Override
  public synchronized Optional<FleetDevice> device(String uuid) {
    return Optional.ofNullable(devices.get(uuid));
  }

  @Override
  public synchronized OptionalLong deviceTypeId(String slug) {
    return OptionalLong.of(types.computeIfAbsent(slug, _ -> nextId()));
  }

  @Override
  public synchronized FleetLookup fleet(String name) {
    return new FleetLookup.KnownFleet(fleets.computeIfAbsent(name, _ -> nextId()));
  }

  @Override
  public synchronized BalenaWriteResult write(BalenaWrite write) {
    return switch (write) {
      case RegisterDevice register -> register(register);
      case UpdateDevice update -> update(update);
      case CreateDeviceKey(long deviceId) -> new KeyIssued(deviceId, newKey());
      case CreateVariable create -> create(create);
      case UpdateVariable update -> {
        changeVariables(
            update.owner(),
            variables ->
                variables.stream()
                    .map(variable ->
                        variable.id() == update.id()
                            ? new DeviceVariable(variable.id(), variable.name(), update.value())
                            : variable)
                    .toList());
        yield new WriteAccepted();
      }
      case DeleteDevice(String uuid) -> {
        devices.remove(uuid);
        yield new WriteAccepted();
      }
    };
  }

  private BalenaWriteResult register(RegisterDevice write) {
    if (devices.containsKey(write.uuid())) {
      return new BalenaWriteResult.UuidTaken();
    }
    long id = nextId();
    devices.put(
        write.uuid(),
        new FleetDevice(
            id,
            write.uuid(),
            "device-" + id,
            write.fleetId(),
            nameOf(fleets, write.fleetId()),
            deviceTypeId(write.deviceType()).orElseThrow(),
            write.deviceType(),
            false,
            null,
            List.of(),
            List.of(new ServiceInstall(nextId(), service, List.of()))));
    return new KeyIssued(id, newKey());
  }

  private BalenaWriteResult update(UpdateDevice write) {
    devices.computeIfPresent(
        write.uuid(),
        (_, device) -> {
          long type = write.typeId().orElse(device.typeId());
          return copy(
              device,
              write.name().orElse(device.name()),
              type,
              device.variables(),
              device.services());
        });
    return new WriteAccepted();
  }

  private BalenaWriteResult create(CreateVariable write) {
    boolean[] exists = {false};
    changeVariables(
        write.owner(),
        variables -> {
          exists[0] = variables.stream().anyMatch(it -> it.name().equals(write.name()));
          if (exists[0]) {
            return variables;
          }
          List<DeviceVariable> more = new ArrayList<>(variables);
          more.add(new DeviceVariable(nextId(), write.name(), write.value()));
          return more;
        });
    return exists[0] ? new BalenaWriteResult.Outdated() : new WriteAccepted();
  }

  private void changeVariables(VariableOwner owner, UnaryOperator<List<DeviceVariable>> change) {
    devices.replaceAll((_, device) ->
        switch (owner) {
          case VariableOwner.DeviceOwner(long id) ->
              device.id() == id
                  ? copy(device, change.apply(device.variables()), device.services())
                  : device;
          case VariableOwner.ServiceOwner(long id, String _) ->
              copy(
                  device,
                  device.variables(),
                  device.services().stream()
                      .map(install ->
                          install.id() == id
                              ? new ServiceInstall(
                                  id, install.service(), change.apply(install.variables()))
                              : install)
                      .toList());
        });
  }

  private FleetDevice copy(
      FleetDevice device, List<DeviceVariable> variables, List<ServiceInstall> services) {
    return copy(device, device.name(), device.typeId(), variables, services);
  }

  private FleetDevice copy(
      FleetDevice device,
      String name,
      long typeId,
      List<DeviceVariable> variables,
      List<ServiceInstall> services) {
    return new FleetDevice(
        device.id(),
        device.uuid(),
        name,
        device.fleetId(),
        device.fleet(),
        typeId,
        nameOf(types, typeId),
        device.online(),
        device.lastConnectivityEvent(),
        variables,
        services);
  }

  private static Secret newKey() {
    return new Secret(UUID.randomUUID().toString().replace("-", ""));
  }

  private long nextId() {
    return ++lastId;
  }

  private static String nameOf(Map<String, Long> ids, long id) {
    return ids.entrySet().stream()
        .filter(entry -> entry.getValue() == id)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse("");
  }
}
