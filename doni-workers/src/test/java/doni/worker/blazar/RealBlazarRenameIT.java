package doni.worker.blazar;

import static doni.worker.blazar.BlazarFixtures.available;
import static doni.worker.blazar.BlazarFixtures.node;
import static doni.worker.blazar.BlazarFixtures.uid;
import static doni.worker.blazar.OnBlazarDevice.assertDefers;
import static doni.worker.blazar.OnBlazarDevice.assertFailsForNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import doni.convergence.WorkerBench.Failure;
import doni.worker.Outcome;
import doni.worker.blazar.BlazarDesiredState.DesiredLease;
import doni.worker.blazar.BlazarDesiredState.LeaseStart;
import doni.worker.blazar.BlazarObservedState.BlazarLease;
import doni.worker.blazar.BlazarObservedState.LeaseState;
import doni.worker.blazar.BlazarWriteResult.RefusalReason;
import doni.worker.blazar.BlazarWriteResult.WriteRefused;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The renaming of a device that a real Blazar has. */
@EnabledIfEnvironmentVariable(named = OnRealBlazarDevice.BLAZAR_URL, matches = ".+")
class RealBlazarRenameIT extends OnRealBlazarDevice {

  /** Blazar starts and ends leases every 10 s. */
  private static final Duration LEASE_START = Duration.ofSeconds(40);

  private final String former = node(device);

  private void renamable(boolean reported) {
    if (!reported) {
      device.withoutDependencies();
    }
    assertSteady();
  }

  private void rename(String name) {
    rename(name, true);
  }

  /**
   * @param reported whether the k8s worker reports the Nodes of both names, as before Blazar
   *     releases the former one
   */
  private void rename(String name, boolean reported) {
    device.named(name);
    if (reported) {
      device.withDependency(
          "k8s",
          Map.of(
              "node_uid",
              "n2",
              "node_name",
              node(device),
              "node_generation",
              1,
              "former_nodes",
              Map.of(former, "n1")));
    }
  }

  private String resourceId() {
    return stored(former).getFirst().id();
  }

  private void assertWaitsForNode() {
    assertDefers(
        attempt(device),
        "waiting for Kubernetes node %s; then device %s is replaced"
            .formatted(node(device), former));
  }

  private void assertReplaced() {
    assertThat(stored(former)).isEmpty();
    assertThat(labelled(former)).isEmpty();
    assertThat(properties()).containsEntry("uid", uid(device));
    assertThat(labelled(node(device))).hasValue(stored().getFirst().id());
    assertThat(device.details()).containsEntry("blazar_resource_id", stored().getFirst().id());
  }

  private BlazarLease leasedByAUser(String name) {
    return BlazarBench.accepted(
        client.createLease(
            new DesiredLease(
                ResourceKind.DEVICE,
                name,
                uid(device),
                new LeaseStart.At(tomorrow(7)),
                tomorrow(8))));
  }

  private String leaseOf(String node) {
    String id = stored(node).getFirst().id();
    return client.bookings(ResourceKind.DEVICE).stream()
        .filter(booking -> booking.resourceId().equals(id))
        .findFirst()
        .orElseThrow()
        .leaseId();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRenamedDeviceIsReplacedOnceBlazarKnowsItsNode(boolean reported) {
    available(device, tomorrow(5), tomorrow(6));
    renamable(reported);
    String resource = resourceId();
    String lease = lease().id();
    rename("renamed-" + former, reported);

    assertWaitsForNode();

    assertThat(resourceId()).isEqualTo(resource);
    assertThat(client.lease(lease)).isPresent();
    assertThat(device.details()).containsEntry("blazar_resource_id", resource);

    join(node(device));
    assertSteady();
    assertReplaced();
    assertThat(client.lease(lease)).isEmpty();
    assertThat(lease().start()).isEqualTo(tomorrow(5));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRenameThatIsUndoneBeforeBlazarKnowsItsNodeChangesNothing(boolean reported) {
    available(device, tomorrow(5), tomorrow(6));
    renamable(reported);
    String resource = resourceId();
    String lease = lease().id();
    rename("typo-" + former, reported);
    assertWaitsForNode();

    rename(former, reported);
    assertSteady();

    assertThat(resourceId()).isEqualTo(resource);
    assertThat(lease().id()).isEqualTo(lease);
    assertThat(labelled(former)).hasValue(resource);
  }

  /** The process ends when Blazar has both devices. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReplacementThatStopsHalfWayIsFinished(boolean undone) {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String resource = resourceId();
    rename("renamed-" + former);
    String renamed = node(device);
    join(renamed);
    calls.failWrite(1, Failure.status(503));
    assertThat(attempt(device)).isNotInstanceOf(Outcome.Synced.class);
    assertThat(stored(renamed)).hasSize(1);
    assertThat(resourceId()).as("the former one ends last").isEqualTo(resource);

    if (undone) {
      rename(former);
    }
    assertSteady();

    assertThat(stored(undone ? renamed : former)).isEmpty();
    assertThat(properties()).containsEntry("uid", uid(device));
    assertThat(lease().start()).isEqualTo(tomorrow(5));
  }

  @Test
  void aRenameMovesAWindowThatHasBegun() {
    available(device, Instant.now().minusSeconds(60), tomorrow(6));
    assertSteady();
    await()
        .atMost(LEASE_START)
        .untilAsserted(() -> assertThat(lease().state()).isEqualTo(LeaseState.ACTIVE));
    rename("renamed-" + former);
    join(node(device));

    assertSteady();

    assertReplaced();
    assertThat(lease().end()).isEqualTo(tomorrow(6));
  }

  @Test
  void aRenamedDeviceThatAUserHasLeasedStaysUntilTheLeaseEnds() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String resource = resourceId();
    String ours = lease().id();
    BlazarLease theirs = leasedByAUser("of a user");
    rename("renamed-" + former);
    join(node(device));

    assertDefers(
        attempt(device),
        "device %s reserved by a lease until %s; then it is replaced by device %s"
            .formatted(former, tomorrow(8), node(device)));

    assertThat(client.deleteResource(ResourceKind.DEVICE, resource))
        .asInstanceOf(type(WriteRefused.class))
        .satisfies(
            refused -> assertThat(refused.refusal().reason()).isEqualTo(RefusalReason.RESERVED));
    assertThat(stored()).isEmpty();
    assertThat(client.lease(ours)).isPresent();

    BlazarBench.accepted(client.endLease(theirs.id()));
    assertSteady();
    assertReplaced();
  }

  /** For a moment Blazar has two devices with the uid, of which a user may get either. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyALeaseOfTheFormerDeviceDelaysItsEnd(boolean formerIsLeased) {
    assertSteady();
    rename("renamed-" + former);
    join(node(device));
    calls.failWrite(1, Failure.status(503));
    assertThat(attempt(device)).isNotInstanceOf(Outcome.Synced.class);
    leasedByAUser("of a user");
    leasedByAUser("of another user");
    BlazarBench.accepted(client.endLease(leaseOf(formerIsLeased ? node(device) : former)));

    if (formerIsLeased) {
      assertDefers(
          attempt(device),
          "device %s reserved by a lease until %s; then it is replaced by device %s"
              .formatted(former, tomorrow(8), node(device)));
      assertThat(stored()).hasSize(1);
      BlazarBench.accepted(client.endLease(leaseOf(former)));
    }
    assertSteady();
    assertReplaced();
    assertThat(leases()).hasSize(formerIsLeased ? 0 : 1);
  }

  @Test
  void aRenameBackToAFormerNameIsRefusedOnce() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    String renamed = "renamed-" + former;
    rename(renamed);
    join(renamed);
    assertSteady();
    String lease = lease().id();
    device.named(former).withoutDependencies();
    String burnt =
        "name %s was used by a deleted device, and Blazar never releases a name; rename the device"
            .formatted(former);

    assertFailsForNow(attempt(device), burnt);
    int calledOnce = calls.writes();
    assertFailsForNow(attempt(device), burnt);

    assertThat(calls.writes()).isEqualTo(calledOnce);
    assertThat(stored(renamed)).hasSize(1);
    assertThat(client.lease(lease)).isPresent();
    device.named(renamed);
    assertSteady();
  }

  /** Blazar stores the deletion first, and then fails to take its label from the Node. */
  @Test
  void aRenameReplacesADeviceWhoseFormerNodeIsGone() {
    available(device, tomorrow(5), tomorrow(6));
    assertSteady();
    cluster.nodes().withName(former).delete();
    device.named("renamed-" + former).withoutDependencies();
    join(node(device));

    assertSteady();

    assertThat(stored(former)).isEmpty();
    assertThat(properties()).containsEntry("uid", uid(device));
    assertThat(lease().start()).isEqualTo(tomorrow(5));
  }
}
