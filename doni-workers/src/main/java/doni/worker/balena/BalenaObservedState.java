package doni.worker.balena;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import doni.worker.DeviceSignal;
import doni.worker.DeviceSignal.SignalStatus;
import doni.worker.SiteListing.MarkedObject;
import doni.worker.balena.BalenaClient.FleetLookup;
import doni.worker.balena.BalenaDesiredState.DesiredDevice;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Balena has of one enrolled device.
 *
 * @param device empty when it is not registered, and when the account cannot see it
 * @param fleet the fleet that it belongs in; read only where the device has to be registered, or is
 *     in a fleet of another name
 */
record BalenaObservedState(Optional<FleetDevice> device, Optional<FleetLookup> fleet) {

  /**
   * Reads the device's state.
   *
   * @param current whether to read the device itself; otherwise a recent listing suffices
   */
  static BalenaObservedState read(
      BalenaClient client, BalenaDesiredState desired, boolean current) {
    Optional<FleetDevice> device =
        current ? client.device(desired.uuid()) : client.recentDevice(desired.uuid());
    Optional<FleetLookup> fleet =
        desired
            .device()
            .flatMap(DesiredDevice::fleet)
            .filter(name -> device.filter(it -> it.fleet().equalsIgnoreCase(name)).isEmpty())
            .map(client::fleet);
    return new BalenaObservedState(device, fleet);
  }

  /**
   * A registered device.
   *
   * @param online whether it is connected to Balena's VPN
   * @param lastConnectivityEvent when it last connected or disconnected; null before the first time
   * @param variables those that all services see
   */
  record FleetDevice(
      long id,
      String uuid,
      String name,
      long fleetId,
      String fleet,
      long typeId,
      String type,
      boolean online,
      @Nullable Instant lastConnectivityEvent,
      List<DeviceVariable> variables,
      List<ServiceInstall> services) {

    FleetDevice {
      variables = List.copyOf(variables);
      services = List.copyOf(services);
    }

    /** Returns what Balena says about whether the device responds; none for a foreign device. */
    Stream<DeviceSignal> signal() {
      return MarkedObject.of("device", uuid, false).map(marked -> signal(marked.device()));
    }

    private DeviceSignal signal(HardwareId id) {
      if (online) {
        return DeviceSignal.of(id, SignalStatus.RESPONDS, "it is connected to Balena", null);
      }
      return lastConnectivityEvent == null
          ? DeviceSignal.of(
              id, SignalStatus.NEVER_RESPONDED, "it has never connected to Balena", null)
          : DeviceSignal.of(
              id, SignalStatus.SILENT, "it is not connected to Balena", lastConnectivityEvent);
    }

    boolean hasService(String name) {
      return services.stream().anyMatch(install -> install.service().equals(name));
    }
  }

  /** A service on one device; present once the fleet has a release with that service. */
  record ServiceInstall(long id, String service, List<DeviceVariable> variables) {

    ServiceInstall {
      variables = List.copyOf(variables);
    }
  }

  /** An environment variable. Its value is treated as a secret, whatever it is. */
  record DeviceVariable(long id, String name, Secret value) {}
}
