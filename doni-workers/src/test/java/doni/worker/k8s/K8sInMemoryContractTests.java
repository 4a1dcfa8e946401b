package doni.worker.k8s;

import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.enrollment.Hardware;
import doni.simulator.SiteClock;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

class K8sInMemoryContractTests extends WorkerContractTest {

  @Override
  protected WorkerBench open() {
    SiteClock clock = new SiteClock(K8sFixtures.NOW, Duration.ZERO);
    return new InMemoryBench(new InMemoryK8sClient(clock), clock);
  }

  private static final class InMemoryBench extends K8sBench {

    private final InMemoryK8sClient client;

    private InMemoryBench(InMemoryK8sClient client, SiteClock clock) {
      super(
          FaultyCalls.inMemory(K8sClient.class, client, ApiServer.SERVICE, K8sBench::writes),
          client,
          clock);
      this.client = client;
    }

    /** The Node joins in the call that makes its secret, unseen by an attempt that dies in it. */
    @Override
    public Map<String, Hardware> changesAfterCrash() {
      Map<String, Hardware> changes = new TreeMap<>(changedFields());
      changes.remove("name");
      return changes;
    }

    @Override
    void join(String nodeName) {
      client.join(nodeName);
    }

    @Override
    void stop(String nodeName) {
      client.stop(nodeName);
    }

    @Override
    public String snapshot() {
      return client.objects().stream()
          .map(InMemoryBench::withoutIdsAndTimes)
          .collect(Collectors.joining("\n"));
    }

    private static String withoutIdsAndTimes(Record object) {
      return switch (object) {
        case ClusterNode node ->
            "%s %s %s".formatted(node.name(), new TreeMap<>(node.labels()), node.taints());
        case TokenSecret token ->
            "%s %s %s"
                .formatted(
                    token.id(),
                    token.hardware(),
                    token.secret() == null ? "" : token.secret().value());
        default -> object.toString();
      };
    }

    @Override
    public void close() {}
  }
}
