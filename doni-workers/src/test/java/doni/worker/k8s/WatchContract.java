package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** Which devices the watch requeues, with any API. */
interface WatchContract extends OnCluster {

  @Test
  default void requeuesADeviceThatJoins() {
    device().requested(worker());

    nodes().join(device().name());

    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site().requeued()).contains(device().name()));
  }

  @Test
  default void requeuesADeviceThatLosesALabel() {
    joined();
    awaitAllEvents();
    site().requeued().clear();

    nodes().label(device().name(), RPI, null);

    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site().requeued()).contains(device().name()));
  }

  @Test
  default void itsOwnWritesRequeueNothing() {
    nodes().join(device().name());
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(site().requeued()).contains(device().name()));
    awaitAllEvents();
    site().requeued().clear();

    device().requested(worker());
    awaitAllEvents();

    assertThat(site().requeued()).doesNotContain(device().name());
  }
}
