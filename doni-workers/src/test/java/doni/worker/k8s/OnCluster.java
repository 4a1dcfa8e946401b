package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.worker.Outcome;
import java.time.Duration;
import java.util.UUID;

/** What the tests of the contract work with: one device, one worker and one cluster. */
interface OnCluster {

  Duration SOON = Duration.ofSeconds(5);
  String RPI = "smarter-device-manager/configmap";
  String NVIDIA = "nvidia-device-plugin/enabled";

  KubeApi api();

  Enrolled device();

  EdgeNodes nodes();

  K8sSite site();

  /** Goes on with another configuration, as after a restart of the service. */
  void reopen(K8sSite.Settings settings);

  default K8sSite.Settings settings() {
    return K8sSite.through(api().kubeconfig());
  }

  default K8sWorker worker() {
    return site().worker();
  }

  /** The device joins and is dressed. */
  default void joined() {
    nodes().join(device().name());
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  /** Waits until the watch has told all that has happened so far. */
  default void hearEverything() {
    String sentinel = "sentinel-" + UUID.randomUUID();
    nodes().join(sentinel);
    await().atMost(SOON).untilAsserted(() -> assertThat(site().woken()).contains(sentinel));
    nodes().leave(sentinel);
  }
}
