package doni.worker.balena;

import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.Outcome.Synced.UnrepairedDrift;
import doni.worker.balena.BalenaClient.FleetLookup;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import doni.worker.balena.BalenaObservedState.ServiceInstall;
import doni.worker.balena.BalenaWrite.VariableOwner.ServiceOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Differences in Balena that Doni reports and leaves alone: a fleet, because a move drops the
 * device's service variables and changes its release, and variables that another client set.
 */
final class BalenaUnrepairedDrift {

  private final List<Change> differences = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();

  private BalenaUnrepairedDrift() {}

  /**
   * @param belongs the fleet that the device belongs in; empty where its name is that of the
   *     device's fleet
   */
  static Optional<UnrepairedDrift> of(
      DesiredDevice wanted, FleetDevice device, Optional<FleetLookup> belongs) {
    BalenaUnrepairedDrift drift = new BalenaUnrepairedDrift();
    if (wanted.fleet().isPresent() && belongs.isPresent()) {
      drift.addFleet(wanted, device, wanted.fleet().get(), belongs.get());
    }
    device.services().forEach(service -> drift.addShadows(wanted, service));
    return drift.differences.isEmpty()
        ? Optional.empty()
        : Optional.of(new UnrepairedDrift(drift.differences, String.join("; ", drift.reasons)));
  }

  private void addFleet(
      DesiredDevice wanted, FleetDevice device, String name, FleetLookup belongs) {
    if (belongs instanceof FleetLookup.KnownFleet(long id) && id == device.fleetId()) {
      return;
    }
    differences.add(Change.update("fleet", device.fleet(), name));
    reasons.add(
        "device is in fleet '%s', but machine type '%s' belongs in fleet '%s'; move the device in Balena, or correct the fleet of the machine type"
            .formatted(device.fleet(), wanted.machineType(), name));
  }

  /** A service variable hides the device variable of the same name from its service. */
  private void addShadows(DesiredDevice wanted, ServiceInstall service) {
    Map<String, Secret> hidden = new TreeMap<>(wanted.deviceVariables());
    service
        .variables()
        .forEach(variable -> {
          Secret value = hidden.get(variable.name());
          if (value != null && !value.equals(variable.value())) {
            String label = new ServiceOwner(service.id(), service.service()).label(variable.name());
            differences.add(Change.delete(label));
            reasons.add(
                "%s hides the device variable with another value; delete it in Balena"
                    .formatted(label));
          }
        });
  }
}
