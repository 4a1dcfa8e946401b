package doni.worker.tunelo;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.simulator.SiteClock;
import doni.worker.tunelo.TuneloObservedState.TuneloChannel;
import java.time.Instant;
import java.util.List;

class TuneloInMemoryContractTests extends WorkerContractTest {

  @Override
  protected WorkerBench open() {
    return new InMemoryBench(new InMemoryTuneloClient());
  }

  private static final class InMemoryBench extends TuneloBench {

    private final InMemoryTuneloClient client;

    private InMemoryBench(InMemoryTuneloClient client) {
      super(
          FaultyCalls.inMemory(TuneloClient.class, client, "tunelo", TuneloBench::writes),
          client,
          new SiteClock(Instant.EPOCH, TuneloBench.TICK));
      this.client = client;
    }

    @Override
    void update(TuneloChannel channel, String publicKey) {
      client.put(
          new TuneloChannel(
              channel.uuid(),
              channel.type(),
              publicKey,
              channel.ip(),
              channel.endpoint(),
              List.of()));
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
