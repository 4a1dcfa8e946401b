package doni.worker.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.worker.DeviceSignal;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredClusterNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
class NodeWatchTests {

  private static final DesiredClusterNode DESIRED =
      new DesiredClusterNode(
          Map.of("a", "1"), Set.of("a", "b"), Optional.of(K8sFixtures.OURS), Optional.empty());
  private static final ClusterNode BARE = node("1", Map.of(), true);
  private static final ClusterNode LABELED = node("2", Map.of("a", "1"), true, K8sFixtures.OURS);

  private final List<String> requeued = new CopyOnWriteArrayList<>();
  private final List<DeviceSignal> signals = new ArrayList<>();
  private final NodeWatch watch = new NodeWatch(() -> DESIRED);

  @BeforeEach
  void start() {
    watch.reportTo(signals::add);
    watch.start(requeued::addAll);
  }

  @AfterEach
  void stop() {
    watch.stop();
  }

  @Test
  void requeuesOnANodeThatAppears() {
    watch.appeared(BARE);

    assertRequeued("dev1");
  }

  @Test
  void ignoresOurOwnPatch() {
    watch.expect(BARE, DESIRED);

    watch.changed(BARE, LABELED);

    assertNothingRequeued();
  }

  @Test
  void ignoresAnEventFromBeforeOurPatch() {
    watch.expect(BARE, DESIRED);

    watch.changed(BARE, node("1b", Map.of(), true));

    assertNothingRequeued();
  }

  @Test
  void ignoresHeartbeatsOfANodeWithoutAnExpectation() {
    watch.changed(BARE, node("3", Map.of("kubernetes.io/arch", "arm64"), true));

    assertNothingRequeued();
  }

  @Test
  void requeuesWhenALabelOfOursIsRemoved() {
    watch.expect(LABELED, DESIRED);

    watch.changed(LABELED, node("3", Map.of(), true, K8sFixtures.OURS));

    assertRequeued("dev1");
  }

  @Test
  void requeuesWhenALabelThatWeRemovedComesBack() {
    watch.expect(LABELED, DESIRED);

    watch.changed(LABELED, node("3", Map.of("a", "1", "b", "2"), true, K8sFixtures.OURS));

    assertRequeued("dev1");
  }

  @Test
  void requeuesWhenOurTaintIsRemoved() {
    watch.expect(LABELED, DESIRED);

    watch.changed(LABELED, node("3", Map.of("a", "1"), true));

    assertRequeued("dev1");
  }

  @Test
  void requeuesWhenReadinessChanges() {
    watch.expect(LABELED, DESIRED);

    watch.changed(LABELED, node("3", Map.of("a", "1"), false, K8sFixtures.OURS));

    assertRequeued("dev1");
  }

  @Test
  void requeuesWhenTheNodeRegistersAgain() {
    watch.expect(LABELED, DESIRED);
    ClusterNode reborn =
        new ClusterNode(
            "dev1", "uid-2", "9", LABELED.labels(), LABELED.taints(), true, Instant.EPOCH);

    watch.changed(LABELED, reborn);

    assertRequeued("dev1");
  }

  @Test
  void requeuesWhenTheNodeDisappears() {
    watch.expect(LABELED, DESIRED);

    watch.disappeared("dev1");

    assertRequeued("dev1");
  }

  @Test
  void ignoresOurOwnDeletion() {
    watch.expectDeletion("dev1");

    watch.disappeared("dev1");

    assertNothingRequeued();
  }

  @Test
  void requeuesWhenBlazarReleasesADeletedDevice() {
    ClusterNode held = node("2", Map.of("blazar.openstack.org/device", "1"), true);
    watch.expectRelease(held, DESIRED.withdrawn());

    watch.changed(held, BARE);

    assertRequeued("dev1");
  }

  @Test
  void ignoresBlazarsLabelsOfALiveDevice() {
    watch.expect(LABELED, DESIRED);
    Map<String, String> reserved = Map.of("a", "1", "blazar.openstack.org/reservation_id", "r");

    watch.changed(LABELED, node("3", reserved, true, K8sFixtures.OURS));

    assertNothingRequeued();
  }

  @Test
  void reportsWhetherADeviceRespondsOnceForEachChange() {
    ClusterNode silent = notReady("NodeStatusUnknown", true);

    watch.appeared(LABELED);
    watch.changed(LABELED, node("3", Map.of("a", "1"), true, K8sFixtures.OURS));
    watch.changed(LABELED, silent);
    watch.changed(silent, silent);
    watch.changed(silent, notReady("KubeletNotReady", false));
    watch.disappeared("dev1");

    assertThat(signals)
        .extracting(signal -> signal.device() + " " + signal.status() + ": " + signal.reason())
        .containsExactly(
            "dev1 RESPONDS: its node is ready",
            "dev1 SILENT: its kubelet no longer reports to the cluster (NodeStatusUnknown)",
            "dev1 IMPAIRED: its kubelet reports that it is not ready (KubeletNotReady)",
            "dev1 SILENT: it has no node in the cluster");
  }

  private static ClusterNode notReady(String reason, boolean silent) {
    return new ClusterNode(
        "dev1", "uid-1", "4", Map.of("a", "1"), List.of(), false, reason, silent, Instant.EPOCH);
  }

  private static ClusterNode node(
      String version, Map<String, String> labels, boolean ready, NodeTaint... taints) {
    return new ClusterNode("dev1", "uid-1", version, labels, List.of(taints), ready, Instant.EPOCH);
  }

  private void assertRequeued(String name) {
    await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(requeued).contains(name));
  }

  /** Requeues come in order, so nothing came before a node that is certainly requeued. */
  private void assertNothingRequeued() {
    watch.disappeared("sentinel");
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(requeued).contains("sentinel"));
    assertThat(requeued).containsExactly("sentinel");
  }
}
