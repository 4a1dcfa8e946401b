package doni.worker.k8s;

import doni.simulator.kubernetes.SimulatedKubernetes;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Clock;

/** The simulated one. */
final class SimulatedKubeApi implements KubeApi {

  private final SimulatedKubernetes simulated = new SimulatedKubernetes(0, Clock.systemUTC());
  private final KubernetesClient admin;
  private final Path kubeconfig;

  SimulatedKubeApi(Path directory) {
    mayDeleteNodes(true);
    kubeconfig = simulated.writeKubeconfig(directory.resolve("doni.kubeconfig"), "doni");
    admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(simulated.kubeconfig("admin")))
            .build();
  }

  SimulatedKubernetes simulated() {
    return simulated;
  }

  @Override
  public Path kubeconfig() {
    return kubeconfig;
  }

  @Override
  public KubernetesClient admin() {
    return admin;
  }

  @Override
  public void mayDeleteNodes(boolean may) {
    if (may) {
      simulated.grant("delete", "nodes");
    } else {
      simulated.revoke("delete", "nodes");
    }
  }

  @Override
  public void close() {
    admin.close();
    simulated.close();
  }
}
