package doni.worker.ironic;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Secret;
import doni.simulator.SiteClock;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import doni.worker.ironic.IronicWrite.PatchOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class IronicInMemoryContractTests extends WorkerContractTest {

  @Override
  protected WorkerBench open() {
    return new InMemoryBench(
        new InMemoryIronicClient(), new SiteClock(Instant.EPOCH, Duration.ZERO));
  }

  @Override
  protected boolean marksItsObjects() {
    return true;
  }

  private static final class InMemoryBench extends IronicBench {

    private final InMemoryIronicClient client;

    private InMemoryBench(InMemoryIronicClient client, SiteClock clock) {
      super(
          FaultyCalls.inMemory(IronicClient.class, client, "ironic", IronicBench::writes),
          client,
          clock);
      this.client = client;
    }

    @Override
    void setPxeEnabled(String macAddress, boolean enabled) {
      done(
          client.patchPort(
              port(hardware().id().toString(), macAddress).uuid(),
              List.of(new PatchOperation("/pxe_enabled", !enabled, enabled))));
    }

    @Override
    public String snapshot() {
      return client.observeAll().stream().map(this::text).collect(Collectors.joining("\n"));
    }

    private String text(IronicObservedState observed) {
      return Stream.concat(
              observed.node().map(this::text).stream(),
              observed.ports().stream().map(InMemoryBench::text).sorted())
          .collect(Collectors.joining("\n"));
    }

    private String text(IronicNode node) {
      return "%s %s %s %s %s %s, password %s"
          .formatted(
              node.name(),
              node.driver(),
              node.resourceClass(),
              new TreeMap<>(node.driverInfo()),
              new TreeMap<>(node.properties()),
              node.state(),
              client.password(node.uuid()).map(Secret::value));
    }

    private static String text(IronicPort port) {
      return "%s %s %s %s"
          .formatted(
              port.macAddress(), port.extra(), port.pxeEnabled(), new TreeMap<>(port.link()));
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
