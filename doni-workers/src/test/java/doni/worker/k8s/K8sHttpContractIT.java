package doni.worker.k8s;

import doni.backend.BackendGuard;
import doni.convergence.FaultyCalls;
import doni.convergence.WorkerBench;
import doni.convergence.WorkerContractTest;
import doni.simulator.SiteClock;
import doni.simulator.kubernetes.SimulatedKubernetes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class K8sHttpContractIT extends WorkerContractTest {

  @TempDir private Path directory;

  @Override
  protected WorkerBench open() {
    SiteClock clock = new SiteClock(K8sFixtures.NOW, Duration.ZERO);
    SimulatedKubernetes cluster = new SimulatedKubernetes(0, clock);
    cluster.grant("delete", "nodes");
    Path kubeconfig = cluster.writeKubeconfig(directory.resolve("kubeconfig"), "doni");
    K8sProperties properties =
        new K8sProperties(
            kubeconfig.toString(),
            "machine_name",
            null,
            K8sBench.taint(),
            false,
            K8sProperties.OnDelete.DELETE_NODE,
            K8sFixtures.LIFETIME,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            "kubeconfig");
    BackendGuard guard =
        new BackendGuard(
            ApiServer.SERVICE, 10, Duration.ofSeconds(1), new SimpleMeterRegistry(), clock);
    HttpK8sClient client = new HttpK8sClient(new KubeConnections(properties, clock), guard, clock);
    return new HttpBench(cluster, client, clock);
  }

  /**
   * After a 401 the client reads the kubeconfig again and repeats the call, so a few of them do not
   * show. {@link KubeFaultsIT} covers credentials that stay refused.
   */
  @Override
  protected Set<Integer> handledStatuses() {
    return Set.of(401);
  }

  private static final class HttpBench extends K8sBench {

    private final SimulatedKubernetes cluster;
    private final HttpK8sClient client;

    private HttpBench(SimulatedKubernetes cluster, HttpK8sClient client, SiteClock clock) {
      super(
          FaultyCalls.overHttp(
              K8sClient.class, client, ApiServer.SERVICE, K8sBench::writes, cluster.faults()),
          client,
          clock);
      this.cluster = cluster;
      this.client = client;
    }

    @Override
    void join(String nodeName) {
      cluster.addNode(nodeName);
    }

    @Override
    void stop(String nodeName) {
      if (cluster.node(nodeName).isPresent()) {
        cluster.setReady(nodeName, "Unknown");
      }
    }

    /** Returns all write requests that the simulator got, including those that it refused. */
    @Override
    public int writes() {
      return Math.toIntExact(cluster.calls().writes());
    }

    @Override
    public String snapshot() {
      Stream<String> nodes =
          cluster.nodes().stream()
              .map(node -> {
                List<String> taints =
                    node.taints().stream()
                        .map(taint -> taint.key() + "=" + taint.value() + ":" + taint.effect())
                        .toList();
                return node.name() + " " + new TreeMap<>(node.labels()) + " " + taints;
              });
      Stream<String> secrets =
          cluster.secrets().stream()
              .map(secret -> {
                TreeMap<String, String> data = new TreeMap<>(secret.data());
                data.remove("expiration");
                return secret.name() + " " + new TreeMap<>(secret.annotations()) + " " + data;
              });
      return Stream.concat(nodes, secrets).sorted().collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
      client.stop();
      cluster.faults().clear();
      cluster.close();
    }
  }
}
