package doni.worker.ironic;

import doni.enrollment.Secret;
import java.util.Map;
import java.util.Optional;

/**
 * A node as it is to be.
 *
 * @param uuid the hardware's
 * @param driverInfo the keys that are to be there, but for the password
 * @param capabilities those of {@link Capabilities#OURS} that are to be there
 */
record NodeWish(
    String uuid,
    String name,
    String driver,
    String resourceClass,
    Map<String, Object> driverInfo,
    Optional<Secret> password,
    String cpuArchitecture,
    Map<String, String> capabilities) {

  NodeWish {
    driverInfo = Map.copyOf(driverInfo);
    capabilities = Map.copyOf(capabilities);
  }
}
