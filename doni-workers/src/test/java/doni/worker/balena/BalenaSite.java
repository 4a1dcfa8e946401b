package doni.worker.balena;

import doni.backend.BackendGuard;
import doni.machinetype.MachineType;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypes;
import doni.simulator.balena.SimulatedBalena;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** A simulated Balena with a fleet, and workers that are connected to it. */
final class BalenaSite implements AutoCloseable {

  private final SimulatedBalena balena = new SimulatedBalena(0, Clock.systemUTC());
  private final long fleet = balena.addFleet("admin", "edge-rpi4", "raspberrypi4-64");

  BalenaSite() {
    balena.release(fleet, "coordinator", "wireguard");
  }

  SimulatedBalena balena() {
    return balena;
  }

  long fleet() {
    return fleet;
  }

  BalenaWorker worker() {
    return worker(balena.token(), Map.of("raspberrypi4-64", "admin/edge-rpi4"));
  }

  BalenaWorker worker(String token, Map<String, String> mapping) {
    BalenaProperties properties =
        new BalenaProperties(
            balena.uri().toString(),
            token,
            mapping,
            "coordinator",
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            "balena");
    Clock clock = Clock.systemUTC();
    BackendGuard remote =
        new BackendGuard("balena", 10, Duration.ofSeconds(1), new SimpleMeterRegistry(), clock);
    FleetNames names =
        new FleetNames(
            properties.deviceFleetMapping(),
            MachineTypeCatalog.of(
                new MachineTypes(
                    Map.of("raspberrypi4-64", new MachineType("Pi 4", "Raspberry Pi", "4B")))));
    return new BalenaWorker(
        new BalenaFleet(properties, names, remote, clock), properties, names, clock);
  }

  @Override
  public void close() {
    balena.close();
  }
}
