package doni.worker.blazar;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;

class BlazarInMemoryContractTests {

  @Nested
  class Devices extends WorkerContractTest {
    @Override
    protected WorkerBench open() {
      return bench(ResourceKind.DEVICE);
    }

    @Override
    protected boolean marksItsObjects() {
      return true;
    }
  }

  @Nested
  class Hosts extends WorkerContractTest {
    @Override
    protected WorkerBench open() {
      return bench(ResourceKind.HOST);
    }

    @Override
    protected boolean marksItsObjects() {
      return true;
    }
  }

  private static WorkerBench bench(ResourceKind kind) {
    SiteClock clock = BlazarBench.clock();
    return new InMemoryBench(kind, new InMemoryBlazarClient(clock), clock);
  }

  private static final class InMemoryBench extends BlazarBench {

    private InMemoryBench(ResourceKind kind, InMemoryBlazarClient client, SiteClock clock) {
      super(
          kind,
          FaultyCalls.inMemory(BlazarClient.class, client, "blazar", BlazarBench::writes),
          client,
          clock);
    }

    @Override
    void join(String nodeName) {
      // Every node is known.
    }

    @Override
    boolean changesProperties() {
      return true;
    }

    @Override
    void disturb(String key, @Nullable String value) {
      set(key, value);
    }

    @Override
    public void deleteResource(Hardware hardware) {
      accepted(client().endLease(lease().id()));
      accepted(client().deleteResource(kind(), resource().id()));
    }

    @Override
    public Map<String, String> secrets() {
      return Map.of();
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
