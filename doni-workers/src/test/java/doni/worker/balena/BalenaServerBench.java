package doni.worker.balena;

import doni.convergence.FaultyCalls;
import doni.simulator.SiteClock;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The balena worker in front of a server, with two fleets. */
abstract class BalenaServerBench extends BalenaBench {

  private final BalenaProperties properties;
  private final BalenaAccount account;

  BalenaServerBench(
      FaultyCalls<BalenaClient> calls,
      BalenaClient client,
      BalenaProperties properties,
      SiteClock clock) {
    super(calls, client, properties, clock);
    this.properties = properties;
    this.account = new BalenaAccount(properties);
  }

  /** Returns the client for what happens outside of the worker. */
  final BalenaClient balena() {
    return client();
  }

  BalenaAccount account() {
    return account;
  }

  /** Returns the name of the fleet in which the device belongs. */
  String fleetName() {
    return Objects.requireNonNull(properties.deviceFleetMapping().get("raspberrypi4-64"));
  }

  abstract long fleet();

  abstract long otherFleet();

  @Override
  public Map<String, String> secrets() {
    Map<String, String> secrets = new HashMap<>(super.secrets());
    secrets.put("API token", properties.apiToken());
    return secrets;
  }
}
