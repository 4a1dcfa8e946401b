package doni.worker.k8s;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster knows of a device that has joined.
 *
 * @param uid changes when the Node is deleted and registers again
 * @param ready whether its kubelet says so and is heard; a silent one counts as not ready
 * @param lastTransition when that last changed; null while no kubelet has reported yet
 */
record ClusterNode(
    String name,
    String uid,
    String resourceVersion,
    Map<String, String> labels,
    List<Taint> taints,
    boolean ready,
    @Nullable Instant lastTransition) {

  /** The labels by which Blazar says that it still reckons with the Node. */
  private static final String BLAZAR = "blazar.openstack.org/";

  /** Which of Blazar's devices the Node is; what users lease cannot be scheduled without it. */
  static final String BLAZAR_DEVICE = BLAZAR + "device";

  ClusterNode {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  boolean blazarHoldsIt() {
    return labels.keySet().stream().anyMatch(key -> key.startsWith(BLAZAR));
  }
}
