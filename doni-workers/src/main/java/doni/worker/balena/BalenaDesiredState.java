package doni.worker.balena;

import doni.enrollment.HardwareId;
import doni.enrollment.Secret;
import java.util.Map;
import java.util.Optional;

/**
 * What Balena must have of one enrolled device.
 *
 * @param uuid as Balena writes it
 * @param name the device's name
 * @param device empty once its owner has deleted it
 */
record BalenaDesiredState(String uuid, String name, Optional<DesiredDevice> device) {

  /**
   * A device as it must be.
   *
   * @param machineType the slug of its device type
   * @param typeId the id of that device type
   * @param fleet the name of the fleet to register it in; a device that is registered already stays
   *     in its fleet
   * @param deviceVariables by name; all services of the device see them
   * @param service the service that sees {@code serviceVariables}
   */
  record DesiredDevice(
      String machineType,
      long typeId,
      Optional<String> fleet,
      Map<String, Secret> deviceVariables,
      String service,
      Map<String, Secret> serviceVariables) {

    DesiredDevice {
      deviceVariables = Map.copyOf(deviceVariables);
      serviceVariables = Map.copyOf(serviceVariables);
    }
  }

  /**
   * Returns a device's UUID as Balena writes it: without hyphens. With hyphens or upper case,
   * Balena refuses a registration and finds nothing.
   */
  static String uuid(HardwareId id) {
    return id.toString().replace("-", "");
  }

  boolean isDeleted() {
    return device.isEmpty();
  }
}
