package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
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
                    "waiting for Blazar to release node %s, which has blazar.openstack.org/device=d1;"
                            .formatted(device().name())
                        + " then the node is deleted"));
    assertThat(nodes().labels(device().name()))
        .containsEntry("blazar.openstack.org/device", "d1")
        .containsEntry(RPI, "rpi");
    assertThat(nodes().secret(device().tokenId())).isEmpty();

    nodes().label(device().name(), "blazar.openstack.org/device", null);

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void keepsTheNodeOfADeviceThatBlazarKnowsThoughItHasNoLabel() {
    joined();
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));

    assertThat(device().deleted().requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(
            "waiting for Blazar's worker to delete the device of node %s; then the node is deleted"
                .formatted(device().name()),
            Outcome.Deferred::reason);
    assertThat(nodes().labels(device().name()))
        .containsEntry(RPI, "rpi")
        .doesNotContainKey("blazar.openstack.org/device");

    assertThat(device().withoutDependencies().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void aPlanNamesWhatADeletionWaitsFor() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/reservation_id", "r1");

    ReconcilePlan plan = device().deleted().plan(worker());

    assertThat(plan.changes())
        .extracting(Change::object)
        .containsExactly("secret bootstrap-token-" + device().tokenId());
    device().requested(worker());
    assertThat(device().plan(worker()).conclusion())
        .hasValueSatisfying(outcome ->
            assertThat(((Outcome.Deferred) outcome).reason())
                .contains("which has blazar.openstack.org/reservation_id=r1"));
  }

  /** Blazar's worker has finished with the device, whose label this worker had put back. */
  @Test
  default void aDeletedDeviceDoesNotWaitForALabelThatDoniAdded() {
    joined();
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device().requested(worker());
    assertThat(nodes().labels(device().name())).containsEntry("blazar.openstack.org/device", "d1");

    device().deleted();
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Deferred.class);
    device().withoutDependencies();

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(device().name())).isEmpty();
  }

  @Test
  default void keepsTheLabelsOfALeasedNodeAlsoWhereTheNodeStays() {
    reopen(settings().keepingNodes());
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d1");

    assertThat(device().deleted().requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred ->
            assertThat(deferred.reason()).endsWith("then the node is left without Doni's labels"));
    assertThat(nodes().labels(device().name())).containsEntry(RPI, "rpi");

    nodes().label(device().name(), "blazar.openstack.org/device", null);
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().labels(device().name())).doesNotContainKey(RPI);
  }

  @Test
  default void aDeletedDeviceLeavesNoNodeOfAFormerName() {
    joined();
    String former = device().name();
    device().named(former + "-2").requested(worker());

    assertThat(device().deleted().requested(worker())).isInstanceOf(Outcome.Gone.class);
    assertThat(nodes().find(former)).isEmpty();
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
