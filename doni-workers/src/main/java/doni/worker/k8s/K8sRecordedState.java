package doni.worker.k8s;

import doni.convergence.StateDetails;
import doni.enrollment.LabelSyntax;
import doni.worker.SharedNames;
import doni.worker.Worker.Milestone;
import doni.worker.Worker.Milestone.Step;
import doni.worker.k8s.BlazarLabel.SeenLabel;
import doni.worker.k8s.ClusterNode.NodeTaint;
import doni.worker.k8s.K8sDesiredState.DesiredToken;
import doni.worker.k8s.K8sDesiredState.TokenGoal;
import doni.worker.k8s.K8sObservedState.TokenSecret;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What earlier attempts recorded of a device, so that what has left the configuration or the
 * enrollment can still be removed. Never a token, only its id.
 *
 * @param labelKeys keys that were set on its Node
 * @param taint the taint that was set on its Node
 * @param tokenId the token whose secret was written
 * @param announcedTokenId the token whose secret an attempt was about to create; it may exist even
 *     if the enrollment has another token by now
 * @param tokenExpires when that secret expires; empty also when it was deleted
 * @param nodes the Nodes that the device has and had: their uid by their name
 * @param blazarLabel the label that Blazar shares
 */
record K8sRecordedState(
    Set<String> labelKeys,
    Optional<NodeTaint> taint,
    Optional<String> tokenId,
    Optional<String> announcedTokenId,
    Optional<Instant> tokenExpires,
    Map<String, String> nodes,
    Optional<SeenLabel> blazarLabel) {

  private static final String LABEL_KEYS = "label_keys";
  private static final String TAINT = "taint";
  private static final String TOKEN_ID = "token_id";
  private static final String ANNOUNCED_TOKEN_ID = "announced_token_id";
  private static final String READY = "ready";
  private static final String TOKEN_EXPIRES = "token_expires";

  K8sRecordedState {
    labelKeys = Set.copyOf(labelKeys);
    nodes = Map.copyOf(nodes);
  }

  static K8sRecordedState of(Map<String, Object> values) {
    StateDetails details = new StateDetails(values);
    Set<String> keys = new HashSet<>(details.texts(LABEL_KEYS));
    // Anyone may have written the report: a key that is never ours is not removed from a Node.
    keys.removeIf(key -> !LabelSyntax.isKey(key) || LabelSyntax.isReserved(key));
    return new K8sRecordedState(
        keys,
        details.text(TAINT).flatMap(NodeTaint::parse),
        details.text(TOKEN_ID).filter(BootstrapToken::isId),
        details.text(ANNOUNCED_TOKEN_ID).filter(BootstrapToken::isId),
        details.instant(TOKEN_EXPIRES),
        nodes(details),
        SeenLabel.of(details));
  }

  /** Returns how far the device is on its way to Ready. */
  static List<Milestone> milestones(StateDetails details) {
    if (details.text(SharedNames.NODE_UID).isEmpty()) {
      return List.of(
          Milestone.missing(
              Step.NODE_JOINED,
              "the device has not joined the cluster",
              "check on the device that its tunnel is up and that the k3s agent runs, reaches the API server"
                  + details
                      .text(SharedNames.NODE_NAME)
                      .map(" and joins as '%s'"::formatted)
                      .orElse("")
                  + "; its bootstrap token is part of the device's properties"));
    }
    return List.of(
        Boolean.TRUE.equals(details.values().get(READY))
            ? Milestone.reached(Step.NODE_JOINED)
            : Milestone.missing(
                Step.NODE_JOINED,
                "the device's Node is not ready",
                "check that the device is on, that its tunnel is up and that its k3s agent runs"));
  }

  private static Map<String, String> nodes(StateDetails details) {
    Map<String, String> nodes = new TreeMap<>();
    details
        .object(SharedNames.FORMER_NODES)
        .forEach((name, uid) -> {
          if (uid instanceof String text) {
            nodes.put(name, text);
          }
        });
    details
        .text(SharedNames.NODE_NAME)
        .ifPresent(
            name -> details.text(SharedNames.NODE_UID).ifPresent(uid -> nodes.put(name, uid)));
    return nodes;
  }

  /**
   * Returns the details after an attempt.
   *
   * @param written what the attempt wrote
   * @param complete whether nothing of an earlier attempt is left on the Node
   */
  Map<String, @Nullable Object> report(
      K8sDesiredState desired, K8sObservedState seen, List<K8sWrite> written, boolean complete) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    details.put("num_labels", desired.node().labels().size());
    putCounts(details, written);
    ClusterNode node = seen.node().orElse(null);
    Instant since = node == null ? null : node.lastTransition();
    details.put(READY, node == null ? null : node.ready());
    details.put("last_transition", since == null ? null : since.toString());
    details.put(SharedNames.NODE_UID, node == null ? null : node.uid());
    details.put(SharedNames.NODE_NAME, desired.nodeName());
    details.put(SharedNames.NODE_GENERATION, desired.generation().value());
    putFormerNodes(details, desired, seen, complete);
    details.put(BlazarLabel.DETAIL, desired.blazar().report(seen.node(), seen.at(), written));
    putNode(details, desired, complete && node != null);
    desired.token().ifPresent(token -> details.put(TOKEN_ID, token.id()));
    if (complete) {
      details.put(ANNOUNCED_TOKEN_ID, null);
    }
    if (desired.tokenRule().goal(seen.node(), seen.at()) != TokenGoal.LEFT_ALONE) {
      details.put(TOKEN_EXPIRES, expiry(desired, seen));
    }
    return details;
  }

  private static void putFormerNodes(
      Map<String, @Nullable Object> details,
      K8sDesiredState desired,
      K8sObservedState seen,
      boolean complete) {
    Map<String, String> left = new TreeMap<>();
    seen.formerNodes().stream()
        .filter(former -> !complete || !desired.isReleased(former, seen.node()))
        .forEach(former -> left.put(former.name(), former.uid()));
    details.put(SharedNames.FORMER_NODES, left.isEmpty() ? null : left);
  }

  /** Returns only what later attempts need to remove the writes of one that failed. */
  Map<String, @Nullable Object> unfinishedReport(
      K8sDesiredState desired, K8sObservedState seen, List<K8sWrite> written) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    putCounts(details, written);
    putNode(details, desired, false);
    if (seen.node().isPresent()) {
      details.put(BlazarLabel.DETAIL, desired.blazar().report(seen.node(), seen.at(), written));
    }
    for (K8sWrite write : written) {
      write.validToken().ifPresent(token -> putToken(details, token));
    }
    return details;
  }

  /**
   * Returns the details with what an attempt may have written whose claim was lost.
   *
   * @param lost what that attempt would have recorded
   * @param token with which it worked
   * @param keys labels with which it worked
   */
  Map<String, @Nullable Object> reportWith(
      K8sRecordedState lost, Optional<BootstrapToken> token, Set<String> keys) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    Set<String> all = new TreeSet<>(labelKeys);
    all.addAll(lost.labelKeys);
    all.addAll(keys);
    details.put(LABEL_KEYS, List.copyOf(all));
    // One of them is the Node of the present name, which then is not a former one.
    Map<String, String> either = new TreeMap<>(lost.nodes);
    either.putAll(nodes);
    details.put(SharedNames.FORMER_NODES, either.isEmpty() ? null : either);
    taint.or(lost::taint).ifPresent(set -> details.put(TAINT, set.text()));
    token.ifPresent(used -> details.put(TOKEN_ID, used.id()));
    return details;
  }

  /**
   * Returns the details by which later attempts find what a write that is about to be sent sets.
   */
  Map<String, @Nullable Object> announcement(
      K8sDesiredState desired, K8sObservedState seen, K8sWrite write) {
    Map<String, @Nullable Object> details = new TreeMap<>();
    write.validToken().ifPresent(token -> details.put(ANNOUNCED_TOKEN_ID, token.token().id()));
    if (write instanceof K8sWrite.PatchNode) {
      putNode(details, desired, false);
    }
    // One of them is the Node of the present name, which becomes a former one by a rename.
    Map<String, String> all = new TreeMap<>(nodes);
    seen.node().ifPresent(node -> all.put(node.name(), node.uid()));
    details.put(SharedNames.FORMER_NODES, all.isEmpty() ? null : all);
    return details;
  }

  private static void putToken(Map<String, @Nullable Object> details, DesiredToken token) {
    details.put(TOKEN_ID, token.token().id());
    details.put(TOKEN_EXPIRES, token.expires().toString());
  }

  private static void putCounts(Map<String, @Nullable Object> details, List<K8sWrite> written) {
    details.put("created_token_secrets", count(written, K8sWrite.CreateSecret.class));
    details.put("deleted_token_secrets", count(written, K8sWrite.DeleteSecret.class));
  }

  private static int count(List<K8sWrite> written, Class<? extends K8sWrite> type) {
    return Math.toIntExact(written.stream().filter(type::isInstance).count());
  }

  private void putNode(
      Map<String, @Nullable Object> details, K8sDesiredState desired, boolean nothingElseIsLeft) {
    TreeSet<String> keys = new TreeSet<>(desired.node().labels().keySet());
    Optional<NodeTaint> left = desired.node().taint();
    if (!nothingElseIsLeft) {
      keys.addAll(labelKeys);
      left = taint.or(desired.node()::taint);
    }
    details.put(LABEL_KEYS, List.copyOf(keys));
    details.put(TAINT, left.map(NodeTaint::text).orElse(null));
  }

  private static @Nullable String expiry(K8sDesiredState desired, K8sObservedState seen) {
    return desired
        .token()
        .flatMap(token -> seen.secret(token.id()))
        .map(TokenSecret::expires)
        .map(Instant::toString)
        .orElse(null);
  }
}
