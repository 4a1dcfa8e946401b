package doni.worker.k8s;

import static doni.worker.k8s.Wishes.NOTHING;
import static doni.worker.k8s.Wishes.OURS;
import static doni.worker.k8s.Wishes.node;
import static doni.worker.k8s.Wishes.removed;
import static doni.worker.k8s.Wishes.tainted;
import static doni.worker.k8s.Wishes.wish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import doni.worker.Change;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
class NodeDriftTests {

  private static final Taint NOT_READY =
      new Taint("node.kubernetes.io/not-ready", null, "NoExecute", "2026-11-22T11:59:00Z");
  private static final Taint OTHER_EFFECT = Taint.of("worker-node", "true", "NoExecute");
  private static final Taint OTHER_VALUE = Taint.of("worker-node", "false", "NoSchedule");

  static Stream<Arguments> labels() {
    return Stream.of(
        argumentSet("nothing wanted, nothing there", NOTHING, Map.of(), Map.of()),
        argumentSet("sets what is missing", wish(Map.of("a", "1")), Map.of(), Map.of("a", "1")),
        argumentSet("corrects a value", wish(Map.of("a", "1")), Map.of("a", "2"), Map.of("a", "1")),
        argumentSet("leaves what is right", wish(Map.of("a", "1")), Map.of("a", "1"), Map.of()),
        argumentSet(
            "removes a managed label that is not wanted",
            wish(Map.of("a", "1"), "a", "b"),
            Map.of("a", "1", "b", "2"),
            removed("b")),
        argumentSet("removes nothing that is not there", wish(Map.of(), "b"), Map.of(), Map.of()),
        argumentSet(
            "leaves what others set",
            wish(Map.of(), "b"),
            Map.of("blazar.openstack.org/reservation_id", "r", "kubernetes.io/arch", "arm64"),
            Map.of()),
        argumentSet("an empty value is a value", wish(Map.of("a", "")), Map.of(), Map.of("a", "")));
  }

  @ParameterizedTest
  @MethodSource("labels")
  void writesOnlyTheDifferenceOfLabels(
      NodeWish wish, Map<String, String> present, Map<String, @Nullable String> written) {
    NodeDrift drift = NodeDrift.between(wish, node(present));

    assertThat(drift.labels()).isEqualTo(written);
  }

  static Stream<Arguments> taints() {
    return Stream.of(
        argumentSet(
            "adds ours beside others'", OURS, null, List.of(NOT_READY), List.of(NOT_READY, OURS)),
        argumentSet("leaves ours", OURS, null, List.of(OURS, NOT_READY), null),
        argumentSet("corrects our value", OURS, null, List.of(OTHER_VALUE), List.of(OURS)),
        argumentSet(
            "leaves the same key with another effect",
            OURS,
            null,
            List.of(OTHER_EFFECT),
            List.of(OTHER_EFFECT, OURS)),
        argumentSet(
            "replaces the recorded one", OURS, OTHER_EFFECT, List.of(OTHER_EFFECT), List.of(OURS)),
        argumentSet(
            "removes the recorded one when switched off",
            null,
            OURS,
            List.of(NOT_READY, OURS),
            List.of(NOT_READY)),
        argumentSet("leaves what it has not recorded", null, null, List.of(OURS), null));
  }

  @ParameterizedTest
  @MethodSource("taints")
  void keepsForeignTaintsExactlyAsRead(
      @Nullable Taint wanted,
      @Nullable Taint former,
      List<Taint> present,
      @Nullable List<Taint> written) {
    NodeDrift drift =
        NodeDrift.between(tainted(wanted, former), node(Map.of(), present.toArray(Taint[]::new)));

    assertThat(drift.taints()).isEqualTo(written);
  }

  @Test
  void writesTaintsWithTheVersionThatWasRead() {
    ClusterNode node = node(Map.of());

    NodePatch patch = NodeDrift.between(tainted(OURS, null), node).patch(node);

    assertThat(patch.taints()).isEqualTo(new NodePatch.Taints(List.of(OURS), "336"));
  }

  @Test
  void writesLabelsWithoutAVersionBecauseKubeletsWriteTheirNodesOften() {
    ClusterNode node = node(Map.of());

    NodePatch patch = NodeDrift.between(wish(Map.of("a", "1")), node).patch(node);

    assertThat(Nodes.patch(patch))
        .isEqualTo(Map.of("metadata", Map.of("labels", Map.of("a", "1"))));
  }

  @Test
  void namesEachChangeWithItsValues() {
    NodeDrift drift =
        NodeDrift.between(wish(Map.of("a", "1"), "b"), node(Map.of("a", "2", "b", "3")));

    assertThat(drift.changes())
        .containsExactly(
            new Change(Change.Action.UPDATE, "label a", "2", "1"),
            new Change(Change.Action.DELETE, "label b", "3", null));
  }

  @Test
  void withdrawsTheConfiguredTaintWhenNoneWasRecorded() {
    NodeDrift drift =
        NodeDrift.between(tainted(OURS, null).withdrawn(), node(Map.of(), OURS, NOT_READY));

    assertThat(drift.taints()).containsExactly(NOT_READY);
  }
}
