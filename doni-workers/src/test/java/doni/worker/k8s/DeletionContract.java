package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.worker.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is left of a deleted device, with any API. */
interface DeletionContract extends OnCluster {

  @Test
  default void aDeletedDeviceLeavesNothingBehind() {
    joined();

    Outcome outcome = device().deleted().requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().secret(device().tokenId())).isEmpty();
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void deletingWhatIsAbsentSucceeds() {
    Outcome first = device().deleted().requested(worker());
    Outcome second = device().requested(worker());

    assertThat(List.of(first, second)).containsOnly(new Outcome.Gone(List.of()));
  }

  @Test
  default void aDeletedDeviceWithoutATokenGetsNone() {
    String token = device().token();

    Outcome outcome = device().withToken("").deleted().requested(worker());
    device().withToken(token);

    assertThat(outcome).isEqualTo(new Outcome.Gone(List.of()));
  }

  @Test
  default void aDeletedDeviceLeavesATokenOfAnotherOwner() {
    nodes().foreignSecret(device().tokenId(), "0000000000000000");

    Outcome outcome = device().deleted().requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().secret(device().tokenId())).isPresent();
  }

  @Test
  default void keepsTheNodeUntilBlazarReleasesIt() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d1");

    Outcome held = device().deleted().requested(worker());

    assertThat(held)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred ->
            assertThat(deferred.reason())
                .isEqualTo(
                    "waiting for Blazar to release the node, which still has a device or a"
                        + " blazar.openstack.org label; then the node is deleted"));
    assertThat(nodes().labels(device().name()))
        .containsKey("blazar.openstack.org/device")
        .doesNotContainKey(RPI);

    nodes().label(device().name(), "blazar.openstack.org/device", null);

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void keepsTheNodeOfADeviceThatBlazarKnowsThoughItHasNoLabel() {
    joined();
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));

    assertThat(device().deleted().requested(worker())).isInstanceOf(Outcome.Deferred.class);
    assertThat(nodes().labels(device().name())).doesNotContainKey("blazar.openstack.org/device");

    assertThat(device().withoutDependencies().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void keepsTheNodeWithoutLabelsAndTaintWhereConfigured() {
    reopen(settings().keepingNodes().tainting("true", "NoSchedule"));
    joined();

    Outcome outcome = device().deleted().requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().labels(device().name())).doesNotContainKey(RPI);
    assertThat(nodes().taints(device().name())).isEmpty();
  }

  @Test
  default void keepsTheNodeWithoutThePermissionToDeleteIt() {
    joined();
    api().mayDeleteNodes(false);
    try {
      Outcome outcome =
          await()
              .atMost(SOON)
              .until(() -> device().deleted().requested(worker()), Outcome.Gone.class::isInstance);

      assertThat(outcome.toString()).contains("kept: no permission to delete nodes");
      assertThat(nodes().labels(device().name())).doesNotContainKey(RPI);
      assertThat(worker().lanePause()).isEmpty();
    } finally {
      api().mayDeleteNodes(true);
    }
  }
}
