package doni.worker.k8s;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;

/** A Kubernetes API, simulated or real. */
interface KubeApi extends AutoCloseable {

  /** The kubeconfig of the user {@code doni}, who has the rights that the worker documents. */
  Path kubeconfig();

  /** A client that may do everything. */
  KubernetesClient admin();

  /** Gives {@code doni} the right to delete Nodes, or takes it. */
  void mayDeleteNodes(boolean may);

  @Override
  void close();
}
