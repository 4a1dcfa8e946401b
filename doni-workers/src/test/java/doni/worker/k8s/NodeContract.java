package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.worker.Outcome;
import doni.worker.ReconcileContext;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How a Node is reconciled, with any API. */
interface NodeContract extends OnCluster {

  @Test
  default void labelsANodeThatHasJoined() {
    nodes().join(device().name(), Map.of("kubernetes.io/arch", "arm64"));

    Outcome outcome = device().requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().labels(device().name()))
        .containsEntry("smarter-device-manager", "enabled")
        .containsEntry(RPI, "rpi")
        .containsEntry("kubernetes.io/arch", "arm64");
    assertThat(device().details())
        .containsEntry("num_labels", 2)
        .containsEntry("created_token_secrets", 1)
        .containsEntry("deleted_token_secrets", 0)
        .containsEntry("ready", true)
        .containsKey("last_transition");
  }

  @Test
  default void aSecondAttemptWritesNothing() {
    joined();
    String version = nodes().get(device().name()).getMetadata().getResourceVersion();

    assertThat(device().planned(worker())).isEmpty();
    assertThat(device().requested(worker()))
        .asInstanceOf(type(Outcome.Synced.class))
        .satisfies(synced -> assertThat(synced.changes()).isEmpty());
    assertThat(nodes().get(device().name()).getMetadata().getResourceVersion()).isEqualTo(version);
  }

  @Test
  default void findsTheNodeUnderTheLowerCasedName() {
    nodes().join(device().name());

    device().named(device().name().toUpperCase(Locale.ROOT));
    Outcome outcome = device().requested(worker());
    device().named(device().name().toLowerCase(Locale.ROOT));

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  default void opensTheNetworkAgainWhenLocalEgressIsAllowed() {
    device().withProperty("local_egress", "deny");
    joined();
    assertThat(nodes().labels(device().name())).containsEntry(ExpectedLabels.LOCAL_EGRESS, "deny");

    device().withProperty("local_egress", "allow").requested(worker());

    assertThat(nodes().labels(device().name())).doesNotContainKey(ExpectedLabels.LOCAL_EGRESS);
  }

  @Test
  default void addsTheLabelThatBlazarSetsOnlyOnce() {
    joined();
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().labels(device().name())).containsEntry("blazar.openstack.org/device", "d1");

    assertThat(device().planned(worker())).isEmpty();
  }

  @Test
  default void leavesTheLabelThatBlazarSet() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d0");

    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));

    assertThat(device().planned(worker())).isEmpty();
    assertThat(device().withoutDependencies().planned(worker())).isEmpty();
  }

  @Test
  default void removesTheLabelThatItAddedForADeviceThatIsGone() {
    joined();
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device().requested(worker());

    device().withoutDependencies().requested(worker());

    assertThat(nodes().labels(device().name())).doesNotContainKey("blazar.openstack.org/device");
  }

  /** Blazar takes its label off when it deletes its device. */
  @Test
  default void doesNotPutBackTheLabelThatBlazarTookOff() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d1");
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device().requested(worker());

    nodes().label(device().name(), "blazar.openstack.org/device", null);
    Outcome outcome = device().requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Deferred.class))
        .satisfies(deferred ->
            assertThat(deferred.reason())
                .isEqualTo(
                    "label blazar.openstack.org/device was removed from node %s; waiting for"
                            .formatted(device().name())
                        + " Blazar's worker to find out whether its device is gone"));
    assertThat(nodes().labels(device().name())).doesNotContainKey("blazar.openstack.org/device");
    assertThat(device().withoutDependencies().requested(worker()))
        .isInstanceOf(Outcome.Synced.class);
  }

  @Test
  default void reportsForWhichNameAndGenerationItLooked() {
    joined();
    String former = device().name();

    assertThat(device().details())
        .containsEntry("node_name", former)
        .containsEntry("node_generation", 1L)
        .containsKey("node_uid");

    device().named(former + "-2").requested(worker());

    assertThat(device().details())
        .containsEntry("node_name", former + "-2")
        .doesNotContainKey("node_uid");
    nodes().leave(former);
  }

  @Test
  default void aRenamedDeviceKeepsItsNodeUntilItHasJoinedUnderTheNewName() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d1");
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device().requested(worker());
    String former = device().name();

    Outcome renamed = device().named(former + "-2").requested(worker());

    assertThat(renamed)
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns("No matching k8s node found", Outcome.Deferred::reason);
    assertThat(nodes().labels(former)).containsEntry(RPI, "rpi");

    assertThat(device().named(former).requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(device().details()).doesNotContainKey("former_nodes");
    device().withoutDependencies();
  }

  @Test
  default void removesTheNodeOfAFormerNameAfterBlazarReleasedIt() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/device", "d1");
    device().withDependency("blazar.device", Map.of("blazar_resource_id", "d1"));
    device().requested(worker());
    String former = device().name();
    device().named(former + "-2").requested(worker());
    nodes().ready(former, "Unknown");
    nodes().join(device().name());

    assertThat(device().requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(
            "waiting for Blazar to release former node %s, which has blazar.openstack.org/device=d1; then the node is deleted"
                .formatted(former),
            Outcome.Deferred::reason);
    // The label of another name's device is not added.
    assertThat(nodes().labels(device().name()))
        .containsEntry(RPI, "rpi")
        .doesNotContainKey("blazar.openstack.org/device");

    nodes().label(former, "blazar.openstack.org/device", null);
    device().withoutDependencies();
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().find(former)).isEmpty();
    assertThat(device().details()).doesNotContainKey("former_nodes");
  }

  @Test
  default void leavesTheNodeOfAFormerNameWithoutLabelsWhereConfigured() {
    reopen(settings().keepingNodes());
    joined();
    String former = device().name();
    device().named(former + "-2").requested(worker());
    nodes().ready(former, "Unknown");
    nodes().join(device().name());

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().labels(former)).doesNotContainKey(RPI);
    assertThat(device().details()).doesNotContainKey("former_nodes");
    nodes().leave(former);
  }

  /** The machine still runs under its former name, or another one is meant by the new name. */
  @Test
  default void keepsTheNodeOfAFormerNameWhileItIsReady() {
    joined();
    String former = device().name();
    device().named(former + "-2").requested(worker());
    nodes().join(device().name());

    assertThat(device().requested(worker()))
        .asInstanceOf(type(Outcome.Deferred.class))
        .returns(
            "waiting for former node %s to stop: it is still ready; then it is deleted"
                .formatted(former),
            Outcome.Deferred::reason);
    assertThat(nodes().labels(former)).containsEntry(RPI, "rpi");
    nodes().leave(former);
    assertThat(device().requested(worker())).isInstanceOf(Outcome.Synced.class);
  }

  @Test
  default void removesTheLabelsOfAFormerMachineType() {
    device().withProperty("machine_name", "jetson-nano");
    joined();
    assertThat(nodes().labels(device().name())).containsEntry(NVIDIA, "true");

    device().withProperty("machine_name", "raspberrypi4-64").requested(worker());

    assertThat(nodes().labels(device().name())).doesNotContainKey(NVIDIA).containsEntry(RPI, "rpi");
  }

  @Test
  default void removesLabelsThatHaveLeftTheConfiguration() {
    joined();

    reopen(settings().expecting(Map.of("raspberrypi4-64", "other=1")));
    device().requested(worker());

    assertThat(nodes().labels(device().name()))
        .containsEntry("other", "1")
        .doesNotContainKeys(RPI, "smarter-device-manager");
  }

  @Test
  default void leavesLabelsOfOthers() {
    joined();
    nodes().label(device().name(), "blazar.openstack.org/reservation_id", "r1");

    device().withProperty("machine_name", "coral-dev").requested(worker());

    assertThat(nodes().labels(device().name()))
        .containsEntry("blazar.openstack.org/reservation_id", "r1")
        .doesNotContainKey(RPI);
  }

  @Test
  default void aMachineTypeWithoutLabelsStillHasToJoin() {
    device().withProperty("machine_name", "unheard-of");

    assertThat(device().requested(worker())).isInstanceOf(Outcome.Deferred.class);
  }

  @Test
  default void taintsBesideForeignTaints() {
    reopen(settings().tainting("true", "NoSchedule"));
    nodes().join(device().name());
    nodes().taint(device().name(), "maintenance", "yes", "NoSchedule");

    device().requested(worker());

    assertThat(nodes().taints(device().name()))
        .containsExactlyInAnyOrder("maintenance=yes:NoSchedule", "worker-node=true:NoSchedule");
  }

  @Test
  default void aForeignTaintThatComesBetweenReadingAndWritingSurvives() {
    reopen(settings().tainting("true", "NoSchedule"));
    nodes().join(device().name());
    ReconcilePlan plan = worker().plan(device().attempt(ReconcileContext.Cause.REQUESTED));
    nodes().taint(device().name(), "maintenance", "yes", "NoSchedule");

    Outcome outcome = plan.apply(WriteGate.OPEN);

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().taints(device().name()))
        .containsExactlyInAnyOrder("maintenance=yes:NoSchedule", "worker-node=true:NoSchedule");
  }

  @Test
  default void replacesTheTaintWhenTheConfigurationChanges() {
    reopen(settings().tainting("true", "NoSchedule"));
    joined();

    reopen(settings().tainting("yes", "PreferNoSchedule"));
    device().requested(worker());

    assertThat(nodes().taints(device().name())).containsExactly("worker-node=yes:PreferNoSchedule");
  }

  @Test
  default void removesItsTaintWhenItIsDisabled() {
    reopen(settings().tainting("true", "NoSchedule"));
    joined();
    nodes().taint(device().name(), "maintenance", "yes", "NoSchedule");

    reopen(settings());
    device().requested(worker());

    assertThat(nodes().taints(device().name())).containsExactly("maintenance=yes:NoSchedule");
  }

  @Test
  default void labelsANodeThatIsNotReady() {
    nodes().join(device().name());
    nodes().ready(device().name(), "Unknown");

    Outcome outcome = device().requested(worker());

    assertThat(outcome).isInstanceOf(Outcome.Synced.class);
    assertThat(nodes().labels(device().name())).containsEntry(RPI, "rpi");
    assertThat(device().details()).containsEntry("ready", false);
  }

  @Test
  default void namesAMissingIndexProperty() {
    Outcome outcome = device().withoutProperty("machine_name").requested(worker());

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .satisfies(failed ->
            assertThat(failed.message())
                .isEqualTo("machine_name is missing; it selects the node's labels"));
  }

  @Test
  default void anInvalidNodeNameIsAFailure() {
    String name = device().name();

    Outcome outcome = device().named("pi_01").requested(worker());
    device().named(name);

    assertThat(outcome)
        .asInstanceOf(type(Outcome.Failed.class))
        .satisfies(failed ->
            assertThat(failed.message())
                .isEqualTo(
                    "name: 'pi_01' is not a valid Kubernetes node name; use at most 63 letters,"
                        + " digits, '-' and '.'"));
  }

  @Test
  default void labelsANodeThatRegistersAgain() {
    joined();
    String uid = nodes().get(device().name()).getMetadata().getUid();
    nodes().leave(device().name());
    nodes().join(device().name());

    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          device().scheduled(worker());
          assertThat(nodes().labels(device().name())).containsEntry(RPI, "rpi");
        });

    assertThat(device().details()).doesNotContainEntry("node_uid", uid);
  }
}
