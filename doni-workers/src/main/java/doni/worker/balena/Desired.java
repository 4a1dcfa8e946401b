package doni.worker.balena;

import doni.enrollment.Secret;
import java.util.Map;

/**
 * What a device is to be in Balena.
 *
 * @param typeId the number of its device type
 * @param service the service that gets {@code serviceVariables}
 */
record Desired(
    String uuid,
    String name,
    String machine,
    long typeId,
    Map<String, Secret> deviceVariables,
    String service,
    Map<String, Secret> serviceVariables) {

  Desired {
    deviceVariables = Map.copyOf(deviceVariables);
    serviceVariables = Map.copyOf(serviceVariables);
  }
}
