package doni.worker.balena;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.simulator.SiteClock;
import doni.worker.balena.BalenaObservedState.DeviceVariable;
import doni.worker.balena.BalenaObservedState.FleetDevice;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

class BalenaInMemoryContractTests extends WorkerContractTest {

  @Override
  protected WorkerBench open() {
    return new InMemoryBench(
        new InMemoryBalenaClient(BalenaFixtures.SERVICE),
        new SiteClock(BalenaFixtures.NOW, Duration.ZERO));
  }

  @Override
  protected boolean marksItsObjects() {
    return true;
  }

  private static final class InMemoryBench extends BalenaBench {

    private final InMemoryBalenaClient client;

    private InMemoryBench(InMemoryBalenaClient client, SiteClock clock) {
      super(
          FaultyCalls.inMemory(BalenaClient.class, client, BalenaApi.SERVICE, BalenaBench::writes),
          client,
          BalenaFixtures.properties("", "", BalenaFixtures.MAPPING, Duration.ofSeconds(1)),
          clock);
      this.client = client;
    }

    @Override
    public String snapshot() {
      return client.devices().stream().map(InMemoryBench::text).collect(Collectors.joining("\n"));
    }

    private static String text(FleetDevice device) {
      return "%s %s %s %s %s %s"
          .formatted(
              device.uuid(),
              device.name(),
              device.fleet(),
              device.type(),
              text(device.variables()),
              device.services().stream()
                  .map(install -> install.service() + text(install.variables()))
                  .toList());
    }

    private static List<String> text(List<DeviceVariable> variables) {
      return variables.stream()
          .map(variable -> variable.name() + "=" + variable.value().value())
          .sorted()
          .toList();
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
