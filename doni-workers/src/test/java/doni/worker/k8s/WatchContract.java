package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

/** Whom the watch wakes, whichever the API. */
interface WatchContract extends OnCluster {

  @Test
  default void wakesADeviceThatJoins() {
    device().requested(worker());

    nodes().join(device().name());

    await().atMost(SOON).untilAsserted(() -> assertThat(site().woken()).contains(device().name()));
  }

  @Test
  default void wakesADeviceThatLosesALabel() {
    joined();
    hearEverything();
    site().woken().clear();

    nodes().label(device().name(), RPI, null);

    await().atMost(SOON).untilAsserted(() -> assertThat(site().woken()).contains(device().name()));
  }

  @Test
  default void itsOwnWritesWakeNobody() {
    nodes().join(device().name());
    await().atMost(SOON).untilAsserted(() -> assertThat(site().woken()).contains(device().name()));
    hearEverything();
    site().woken().clear();

    device().requested(worker());
    hearEverything();

    assertThat(site().woken()).doesNotContain(device().name());
  }
}
