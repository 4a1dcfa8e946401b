package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Fleets for development without Balena. Every device type and every fleet exists, and a device has
 * its service at once.
 */
final class InMemoryFleet implements Fleet {

  private final String service;
  private final Map<String, Long> types = new HashMap<>();
  private final Map<String, Long> fleets = new HashMap<>();
  private final Map<String, FleetDevice> devices = new HashMap<>();
  private long lastId;

  /**
   * @param service what each device has
   */
  InMemoryFleet(String service) {
    this.service = service;
  }

  @Override
  public String greet() {
    return "in memory: no Balena is asked";
  }

  @Override
  public Optional<LanePause> hold() {
    return Optional.empty();
  }

  @Override
  public Optional<FleetDevice> glance(String uuid) {
    return device(uuid);
  }

  @Override
  public synchronized Optional<FleetDevice> device(String uuid) {
    return Optional.ofNullable(devices.get(uuid));
  }

  @Override
  public synchronized OptionalLong deviceType(String slug) {
    return OptionalLong.of(types.computeIfAbsent(slug, _ -> nextId()));
  }

  @Override
  public synchronized Lookup find(String name) {
    return new Lookup.Found(fleets.computeIfAbsent(name, _ -> nextId()));
  }

  @Override
  public synchronized Registration register(String uuid, long fleet, String deviceType) {
    if (devices.containsKey(uuid)) {
      return new Registration.Taken();
    }
    long id = nextId();
    devices.put(
        uuid,
        new FleetDevice(
            id,
            uuid,
            "device-" + id,
            fleet,
            nameOf(fleets, fleet),
            deviceType(deviceType).orElseThrow(),
            deviceType,
            false,
            null,
            List.of(),
            List.of(new ServiceInstall(nextId(), service, List.of()))));
    return new Registration.Registered(id, newKey(id));
  }

  @Override
  public synchronized void change(String uuid, DeviceChange change) {
    devices.computeIfPresent(
        uuid,
        (_, d) -> {
          long type = change.type() == null ? d.typeId() : change.type();
          return new FleetDevice(
              d.id(),
              uuid,
              change.name() == null ? d.name() : change.name(),
              d.fleetId(),
              d.fleet(),
              type,
              nameOf(types, type),
              d.online(),
              d.lastConnectivityEvent(),
              d.variables(),
              d.services());
        });
  }

  @Override
  public synchronized boolean create(VariableOwner owner, String name, Secret value) {
    boolean[] made = {false};
    variablesOf(
        owner,
        variables -> {
          if (variables.stream().anyMatch(variable -> variable.name().equals(name))) {
            return variables;
          }
          made[0] = true;
          List<Variable> more = new ArrayList<>(variables);
          more.add(new Variable(nextId(), name, value));
          return more;
        });
    return made[0];
  }

  @Override
  public synchronized void update(VariableOwner owner, long variable, Secret value) {
    variablesOf(
        owner,
        variables ->
            variables.stream()
                .map(v -> v.id() == variable ? new Variable(v.id(), v.name(), value) : v)
                .toList());
  }

  @Override
  public Secret newKey(long device) {
    return new Secret(UUID.randomUUID().toString().replace("-", ""));
  }

  @Override
  public synchronized void delete(String uuid) {
    devices.remove(uuid);
  }

  private void variablesOf(VariableOwner owner, UnaryOperator<List<Variable>> change) {
    devices.replaceAll((_, device) ->
        switch (owner.kind()) {
          case DEVICE ->
              device.id() == owner.id()
                  ? with(device, change.apply(device.variables()), device.services())
                  : device;
          case SERVICE_INSTALL ->
              with(
                  device,
                  device.variables(),
                  device.services().stream()
                      .map(install ->
                          install.id() == owner.id()
                              ? new ServiceInstall(
                                  install.id(),
                                  install.service(),
                                  change.apply(install.variables()))
                              : install)
                      .toList());
        });
  }

  private static FleetDevice with(
      FleetDevice d, List<Variable> variables, List<ServiceInstall> services) {
    return new FleetDevice(
        d.id(),
        d.uuid(),
        d.name(),
        d.fleetId(),
        d.fleet(),
        d.typeId(),
        d.type(),
        d.online(),
        d.lastConnectivityEvent(),
        variables,
        services);
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
