package doni.worker.balena;

import doni.simulator.SiteClock;
import doni.simulator.balena.SimulatedBalena;
import java.time.Duration;
import java.util.Map;

/** A simulated Balena with a fleet, and workers that are connected to it. */
final class BalenaSite implements AutoCloseable {

  /** Long enough for a cold JVM on a busy machine. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

  private final SiteClock clock;
  private final SimulatedBalena balena;
  private final long fleet;

  /** A site whose clock advances a little with every use. */
  BalenaSite() {
    this(new SiteClock(BalenaFixtures.NOW, Duration.ofMillis(1)));
  }

  BalenaSite(SiteClock clock) {
    this.clock = clock;
    this.balena = new SimulatedBalena(0, clock);
    this.fleet = balena.addFleet("admin", "edge-rpi4", "raspberrypi4-64");
    balena.release(fleet, BalenaFixtures.SERVICE, "wireguard");
  }

  SiteClock clock() {
    return clock;
  }

  SimulatedBalena balena() {
    return balena;
  }

  /** Returns the id of the fleet. */
  long fleet() {
    return fleet;
  }

  /** Opens a worker, as a replica that starts now. */
  BalenaWorker worker() {
    return worker(balena.token(), BalenaFixtures.MAPPING);
  }

  BalenaWorker worker(String token, Map<String, String> fleetMapping) {
    return worker(properties(token, fleetMapping, READ_TIMEOUT));
  }

  BalenaWorker worker(BalenaProperties properties) {
    return new BalenaWorker(
        client(properties), properties, BalenaFixtures.fleets(properties), clock);
  }

  BalenaProperties properties(
      String token, Map<String, String> fleetMapping, Duration readTimeout) {
    return BalenaFixtures.properties(balena.uri().toString(), token, fleetMapping, readTimeout);
  }

  BalenaClient client(BalenaProperties properties) {
    return BalenaFixtures.client(properties, clock);
  }

  @Override
  public void close() {
    balena.faults().clear();
    balena.close();
  }
}
