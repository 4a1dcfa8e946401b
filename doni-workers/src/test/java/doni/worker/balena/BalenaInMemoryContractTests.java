package doni.worker.balena;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.simulator.SiteClock;
import java.time.Duration;
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
      return client.devices().stream().map(BalenaBench::text).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
