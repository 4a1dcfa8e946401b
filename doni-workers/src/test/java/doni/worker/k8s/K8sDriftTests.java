package doni.worker.k8s;

import static doni.worker.k8s.K8sFixtures.HARDWARE;
import static doni.worker.k8s.K8sFixtures.LIFETIME;
import static doni.worker.k8s.K8sFixtures.NOTHING;
import static doni.worker.k8s.K8sFixtures.NOW;
import static doni.worker.k8s.K8sFixtures.OTHER_HARDWARE;
import static doni.worker.k8s.K8sFixtures.OURS;
import static doni.worker.k8s.K8sFixtures.TOKEN;
import static doni.worker.k8s.K8sFixtures.labeled;
import static doni.worker.k8s.K8sFixtures.node;
import static doni.worker.k8s.K8sFixtures.secret;
import static doni.worker.k8s.K8sFixtures.tainted;
import static doni.worker.k8s.K8sFixtures.unready;
import static doni.worker.k8s.K8sFixtures.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import doni.enrollment.Generation;
import doni.enrollment.Secret;
import doni.worker.Change;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredClusterNode;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sDesiredState.NodeRemoval;
import doni.worker.k8s.K8sDesiredState.TokenRule;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import doni.worker.k8s.K8sWrite.CreateSecret;
import doni.worker.k8s.K8sWrite.DeleteNode;
import doni.worker.k8s.K8sWrite.DeleteSecret;
import doni.worker.k8s.K8sWrite.PatchNode;
import doni.worker.k8s.K8sWrite.TaintList;
import doni.worker.k8s.K8sWrite.UpdateSecret;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class K8sDriftTests {

  private static final String RIGHT = TOKEN.secret().value();
  private static final String BLAZAR = "blazar.openstack.org/device";
  private static final BlazarLabel NO_DEVICE = new BlazarLabel(Optional.empty(), Optional.empty());
  private static final String WRONG = "ffffffffffffffff";
  private static final Instant END = NOW.plus(LIFETIME);
  private static final TokenRule REQUESTED = new TokenRule(LIFETIME, true, true, false, false);
  private static final TokenRule SCHEDULED = new TokenRule(LIFETIME, false, true, false, false);
  private static final TokenRule REVOKING = new TokenRule(LIFETIME, false, true, true, false);
  private static final TokenRule REVOKED = new TokenRule(LIFETIME, false, false, true, false);
  private static final TokenRule DELETED = new TokenRule(LIFETIME, true, true, false, true);
  private static final ClusterNode READY = node(Map.of());
  private static final DesiredToken VALID = new DesiredToken(TOKEN, HARDWARE, "dev1", END);
  private static final CreateSecret CREATE = new CreateSecret(VALID);
  private static final DeleteSecret DELETE = new DeleteSecret("abc123");
  private static final String REFUSAL =
      "secret bootstrap-token-abc123 belongs to another owner; set another token, or empty"
          + " k8s_bootstrap_token to get a new one";

  static Stream<Arguments> secrets() {
    return Stream.of(
        argumentSet("missing", REQUESTED, READY, null, CREATE),
        argumentSet("valid", REQUESTED, READY, valid(), null),
        argumentSet(
            "half of its lifetime left",
            REQUESTED,
            READY,
            secret(HARDWARE, RIGHT, NOW.plus(Duration.ofHours(84))),
            null),
        argumentSet(
            "less than half of its lifetime left",
            REQUESTED,
            READY,
            secret(HARDWARE, RIGHT, NOW.plus(Duration.ofHours(83))),
            update("until 2026-11-25T23:00:00Z")),
        argumentSet(
            "never expires",
            REQUESTED,
            READY,
            secret(HARDWARE, RIGHT, null),
            update("without expiration")),
        argumentSet(
            "another token",
            REQUESTED,
            READY,
            secret(HARDWARE, WRONG, END),
            update("another token")),
        argumentSet(
            "written by another program",
            REQUESTED,
            READY,
            secret(null, RIGHT, END),
            update("without owner")),
        argumentSet(
            "not usable to join",
            REQUESTED,
            READY,
            new TokenSecret("abc123", true, HARDWARE, new Secret(RIGHT), END, false),
            update("not usable to join")),
        argumentSet(
            "shared with another device",
            REQUESTED,
            READY,
            secret(OTHER_HARDWARE, RIGHT, END),
            null),
        argumentSet("scheduled, ready", SCHEDULED, READY, null, null),
        argumentSet(
            "scheduled, not ready for a minute",
            SCHEDULED,
            unready(NOW.minus(Duration.ofMinutes(1))),
            null,
            null),
        argumentSet(
            "scheduled, not ready for ten minutes",
            SCHEDULED,
            unready(NOW.minus(Duration.ofMinutes(10))),
            null,
            CREATE),
        argumentSet("scheduled, never ready", SCHEDULED, unready(null), null, CREATE),
        argumentSet("scheduled, no node", SCHEDULED, null, null, CREATE),
        argumentSet("revoking, ready", REVOKING, READY, valid(), DELETE),
        argumentSet("revoking, no node", REVOKING, null, valid(), null),
        argumentSet(
            "revoking, of another device",
            REVOKING,
            READY,
            secret(OTHER_HARDWARE, RIGHT, NOW),
            null),
        argumentSet("revoked before", REVOKED, READY, valid(), null),
        argumentSet("deleted device", DELETED, READY, valid(), DELETE),
        argumentSet("deleted device, missing", DELETED, null, null, null),
        argumentSet(
            "deleted device, without owner", DELETED, null, secret(null, RIGHT, NOW), DELETE),
        argumentSet(
            "deleted device, another token without owner",
            DELETED,
            null,
            secret(null, WRONG, NOW),
            null),
        argumentSet(
            "deleted device, of another device",
            DELETED,
            null,
            secret(OTHER_HARDWARE, RIGHT, NOW),
            null),
        argumentSet(
            "deleted device, of another type",
            DELETED,
            null,
            new TokenSecret("abc123", false, HARDWARE, new Secret(RIGHT), NOW, true),
            null));
  }

  private static UpdateSecret update(String from) {
    return new UpdateSecret(VALID, from);
  }

  @ParameterizedTest
  @MethodSource("secrets")
  void writesTheSecret(
      TokenRule rule,
      @Nullable ClusterNode node,
      @Nullable TokenSecret present,
      @Nullable K8sWrite write) {
    K8sDrift drift = drift(desired(rule, NOTHING), node, present);

    assertThat(drift.refusal()).isEmpty();
    assertThat(drift.writes()).isEqualTo(Stream.ofNullable(write).toList());
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        argumentSet("another device's token", secret(OTHER_HARDWARE, WRONG, END)),
        argumentSet("another token without owner", secret(null, WRONG, END)),
        argumentSet(
            "another type",
            new TokenSecret("abc123", false, HARDWARE, new Secret(RIGHT), END, true)));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void refusesASecretOfAnotherOwner(TokenSecret present) {
    K8sDrift drift = drift(desired(REQUESTED, labeled(Map.of("a", "1"))), READY, present);

    assertThat(drift).isEqualTo(new K8sDrift(List.of(), Optional.of(REFUSAL)));
  }

  @Test
  void deletesAFormerTokenBeforeItWritesTheCurrentOne() {
    K8sDrift drift = drift(former(REQUESTED), null, oldSecret(HARDWARE));

    assertThat(drift.writes()).containsExactly(new DeleteSecret("old999"), CREATE);
  }

  @Test
  void leavesAFormerTokenOfAnotherDevice() {
    assertThat(drift(former(SCHEDULED), READY, oldSecret(OTHER_HARDWARE)).isEmpty()).isTrue();
  }

  @Test
  void aRecordedTokenThatIsGoneNeedsNoWrite() {
    assertThat(drift(former(SCHEDULED), READY, null).isEmpty()).isTrue();
  }

  private static TokenSecret oldSecret(String hardware) {
    return new TokenSecret("old999", true, hardware, new Secret(WRONG), END, true);
  }

  private static K8sDesiredState former(TokenRule rule) {
    return desired(rule, NOTHING, Set.of("old999"), NodeRemoval.KEEP, NO_DEVICE, Map.of());
  }

  @Test
  void showsNoToken() {
    K8sDrift drift = drift(desired(REQUESTED, NOTHING), READY, secret(HARDWARE, WRONG, END));

    assertThat(drift.toString() + drift.changes()).doesNotContain(RIGHT).doesNotContain(WRONG);
  }

  static Stream<Arguments> labels() {
    return Stream.of(
        argumentSet("none desired, none there", NOTHING, Map.of(), Map.of(), List.of()),
        argumentSet(
            "missing",
            labeled(Map.of("a", "1")),
            Map.of(),
            Map.of("a", "1"),
            List.of(new Change(Change.Action.CREATE, "label a", null, "1"))),
        argumentSet(
            "another value",
            labeled(Map.of("a", "1")),
            Map.of("a", "2"),
            Map.of("a", "1"),
            List.of(Change.update("label a", "2", "1"))),
        argumentSet("equal", labeled(Map.of("a", "1")), Map.of("a", "1"), Map.of(), List.of()),
        argumentSet(
            "managed, not desired",
            labeled(Map.of("a", "1"), "a", "b"),
            Map.of("a", "1", "b", "2"),
            removed("b"),
            List.of(new Change(Change.Action.DELETE, "label b", "2", null))),
        argumentSet("managed, not there", labeled(Map.of(), "b"), Map.of(), Map.of(), List.of()),
        argumentSet(
            "of others",
            labeled(Map.of(), "b"),
            Map.of("blazar.openstack.org/reservation_id", "r", "kubernetes.io/arch", "arm64"),
            Map.of(),
            List.of()),
        argumentSet(
            "empty value",
            labeled(Map.of("a", "")),
            Map.of(),
            Map.of("a", ""),
            List.of(new Change(Change.Action.CREATE, "label a", null, ""))),
        argumentSet(
            "label of Blazar",
            NOTHING.withBlazarLabel(),
            Map.of(BLAZAR, "1"),
            Map.of(),
            List.of()));
  }

  private static Map<String, @Nullable String> removed(String key) {
    Map<String, @Nullable String> labels = new HashMap<>();
    labels.put(key, null);
    return labels;
  }

  // NullAway does not read @Nullable in the constructor of a compiled record.
  @SuppressWarnings("NullAway")
  @ParameterizedTest
  @MethodSource("labels")
  void writesOnlyTheDifferenceOfLabels(
      DesiredClusterNode desired,
      Map<String, String> present,
      Map<String, @Nullable String> written,
      List<Change> changes) {
    K8sDrift drift = drift(desired(SCHEDULED, desired), node(present), null);

    assertThat(drift.writes())
        .isEqualTo(
            changes.isEmpty() ? List.of() : List.of(new PatchNode("dev1", written, null, changes)));
    assertThat(drift.changes()).isEqualTo(changes);
  }

  static Stream<Arguments> taints() {
    NodeTaint notReady =
        new NodeTaint("node.kubernetes.io/not-ready", null, "NoExecute", "2026-11-22T11:59:00Z");
    NodeTaint otherEffect = NodeTaint.of("worker-node", "true", "NoExecute");
    NodeTaint otherValue = NodeTaint.of("worker-node", "false", "NoSchedule");
    return Stream.of(
        argumentSet("missing", OURS, null, List.of(notReady), List.of(notReady, OURS)),
        argumentSet("equal", OURS, null, List.of(OURS, notReady), null),
        argumentSet("another value", OURS, null, List.of(otherValue), List.of(OURS)),
        argumentSet(
            "the same key with another effect",
            OURS,
            null,
            List.of(otherEffect),
            List.of(otherEffect, OURS)),
        argumentSet(
            "recorded with another effect", OURS, otherEffect, List.of(otherEffect), List.of(OURS)),
        argumentSet(
            "recorded, not desired", null, OURS, List.of(notReady, OURS), List.of(notReady)),
        argumentSet("recorded, gone", null, OURS, List.of(notReady), null),
        argumentSet("not recorded, not desired", null, null, List.of(OURS), null));
  }

  @ParameterizedTest
  @MethodSource("taints")
  void keepsTheTaintsOfOthersExactlyAsRead(
      @Nullable NodeTaint wanted,
      @Nullable NodeTaint former,
      List<NodeTaint> present,
      @Nullable List<NodeTaint> written) {
    ClusterNode node = node(Map.of(), present.toArray(NodeTaint[]::new));

    K8sDrift drift = drift(desired(SCHEDULED, tainted(wanted, former)), node, null);

    assertThat(drift.writes().stream().map(write -> ((PatchNode) write).taints()))
        .isEqualTo(Stream.ofNullable(written).map(list -> new TaintList(list, "336")).toList());
  }

  @Test
  void namesTheChangesOfTaints() {
    NodeTaint otherValue = NodeTaint.of("worker-node", "false", "NoSchedule");

    K8sDrift drift =
        drift(desired(SCHEDULED, tainted(OURS, null)), node(Map.of(), otherValue), null);

    assertThat(drift.changes())
        .containsExactly(
            new Change(
                Change.Action.DELETE, "taint worker-node", "worker-node=false:NoSchedule", null),
            new Change(
                Change.Action.CREATE, "taint worker-node", null, "worker-node=true:NoSchedule"));
  }

  @Test
  void removesTheConfiguredTaintOfADeletedDeviceThatRecordedNone() {
    K8sDrift drift =
        drift(desired(DELETED, tainted(OURS, null).withdrawn()), node(Map.of(), OURS), null);

    assertThat(((PatchNode) drift.writes().getFirst()).taints())
        .isEqualTo(new TaintList(List.of(), "336"));
  }

  static Stream<Arguments> removals() {
    DeleteNode delete = new DeleteNode("dev1", "uid-1");
    ClusterNode held = node(Map.of(BLAZAR, "1"));
    BlazarLabel reported = new BlazarLabel(Optional.of("1"), Optional.empty());
    return Stream.of(
        argumentSet("kept", NodeRemoval.KEEP, NO_DEVICE, READY, null),
        argumentSet("held by Blazar's worker", NodeRemoval.DELETE, reported, READY, null),
        argumentSet("held by a label of Blazar", NodeRemoval.DELETE, NO_DEVICE, held, null),
        argumentSet("released", NodeRemoval.DELETE, NO_DEVICE, READY, delete),
        argumentSet("gone", NodeRemoval.DELETE, NO_DEVICE, null, null));
  }

  @ParameterizedTest
  @MethodSource("removals")
  void deletesTheNodeOfADeletedDevice(
      NodeRemoval removal,
      BlazarLabel blazar,
      @Nullable ClusterNode node,
      @Nullable K8sWrite write) {
    K8sDesiredState desired = desired(DELETED, NOTHING, Set.of(), removal, blazar, Map.of());

    assertThat(drift(desired, node, null).writes()).isEqualTo(Stream.ofNullable(write).toList());
  }

  private static K8sDesiredState desired(TokenRule rule, DesiredClusterNode node) {
    return desired(rule, node, Set.of(), NodeRemoval.KEEP, NO_DEVICE, Map.of());
  }

  private static K8sDesiredState desired(
      TokenRule rule,
      DesiredClusterNode node,
      Set<String> formerTokenIds,
      NodeRemoval removal,
      BlazarLabel blazar,
      Map<String, String> formerNodes) {
    return new K8sDesiredState(
        HARDWARE,
        Generation.FIRST,
        "dev1",
        formerNodes,
        Optional.of(TOKEN),
        formerTokenIds,
        rule,
        removal,
        blazar,
        node);
  }

  static Stream<Arguments> formerNodes() {
    ClusterNode ready = former(true, Map.of());
    ClusterNode stopped = former(false, Map.of());
    ClusterNode held = former(false, Map.of(BLAZAR, "1"));
    DeleteNode delete = new DeleteNode("old", "uid-0");
    return Stream.of(
        argumentSet("not joined under the new name", SCHEDULED, null, stopped, null),
        argumentSet("still ready", SCHEDULED, READY, ready, null),
        argumentSet("held by Blazar", SCHEDULED, READY, held, null),
        argumentSet("stopped and released", SCHEDULED, READY, stopped, delete),
        argumentSet("deleted device", DELETED, null, ready, delete),
        argumentSet("deleted device, held by Blazar", DELETED, null, held, null));
  }

  @Test
  void namesTheFormerNodeInItsChanges() {
    K8sDesiredState desired =
        desired(
            SCHEDULED,
            labeled(Map.of(), "a"),
            Set.of(),
            NodeRemoval.KEEP,
            NO_DEVICE,
            Map.of("old", "uid-0"));
    ClusterNode former = former(false, Map.of("a", "1"));

    assertThat(
            K8sDrift.between(
                    desired,
                    new K8sObservedState(Optional.of(READY), List.of(former), Map.of(), NOW))
                .changes())
        .containsExactly(new Change(Change.Action.DELETE, "label a of former node old", "1", null));
  }

  private static ClusterNode former(boolean ready, Map<String, String> labels) {
    return new ClusterNode("old", "uid-0", "1", labels, List.of(), ready, NOW);
  }

  @ParameterizedTest
  @MethodSource
  void formerNodes(
      TokenRule rule,
      @Nullable ClusterNode node,
      ClusterNode former,
      @Nullable DeleteNode deletion) {
    K8sDesiredState desired =
        desired(rule, NOTHING, Set.of(), NodeRemoval.DELETE, NO_DEVICE, Map.of("old", "uid-0"));
    K8sObservedState observed =
        new K8sObservedState(Optional.ofNullable(node), List.of(former), Map.of(), NOW);

    assertThat(K8sDrift.between(desired, observed).writes())
        .filteredOn(write -> write instanceof DeleteNode(String name, _) && name.equals("old"))
        .isEqualTo(Stream.ofNullable(deletion).toList());
  }

  private static K8sDrift drift(
      K8sDesiredState desired, @Nullable ClusterNode node, @Nullable TokenSecret present) {
    Map<String, TokenSecret> secrets = present == null ? Map.of() : Map.of(present.id(), present);
    return K8sDrift.between(
        desired, new K8sObservedState(Optional.ofNullable(node), List.of(), secrets, NOW));
  }
}
