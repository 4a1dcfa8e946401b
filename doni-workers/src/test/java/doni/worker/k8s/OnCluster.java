package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.convergence.HardwareFixture;
import doni.worker.Outcome;
import java.time.Duration;
import java.util.UUID;

/** One device, one worker and one cluster. */
interface OnCluster {

  Duration SOON = Duration.ofSeconds(5);
  String RPI = "smarter-device-manager/configmap";
  String NVIDIA = "nvidia-device-plugin/enabled";

  KubeApi api();

  HardwareFixture device();

  EdgeNodes nodes();

  K8sSite site();

  /** Continues with another configuration, as after a restart of the service. */
  void reopen(K8sSite.Settings settings);

  default K8sSite.Settings settings() {
    return K8sSite.through(api().kubeconfig());
  }

  default K8sWorker worker() {
    return site().worker();
  }

  /** The device joins and is labeled. */
  default void joined() {
    nodes().join(device().name());
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  /** Waits until the watch has delivered all earlier events. */
  default void awaitAllEvents() {
    String sentinel = "sentinel-" + UUID.randomUUID();
    nodes().join(sentinel);
    await().atMost(SOON).untilAsserted(() -> assertThat(site().requeued()).contains(sentinel));
    nodes().leave(sentinel);
  }
}
