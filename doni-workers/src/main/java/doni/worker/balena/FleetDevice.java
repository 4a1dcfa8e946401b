package doni.worker.balena;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device as Balena has it.
 *
 * @param online whether it is connected to Balena's VPN
 * @param lastConnectivityEvent when it last connected or disconnected; null before the first time
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
    List<Variable> variables,
    List<ServiceInstall> services) {

  FleetDevice {
    variables = List.copyOf(variables);
    services = List.copyOf(services);
  }
}
