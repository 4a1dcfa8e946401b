package doni.worker.k8s;

import doni.worker.k8s.ClusterNode.NodeTaint;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a device must have in the cluster.
 *
 * @param hardware the device's UUID
 * @param nodeName the name of its Node
 * @param token empty only for a deleted device
 * @param formerTokenIds tokens that must no longer be valid
 */
record K8sDesiredState(
    String hardware,
    String nodeName,
    Optional<BootstrapToken> token,
    Set<String> formerTokenIds,
    TokenRule tokenRule,
    NodeRemoval removal,
    DesiredClusterNode node) {

  K8sDesiredState {
    formerTokenIds = Set.copyOf(formerTokenIds);
  }

  boolean isDeleted() {
    return tokenRule.withdrawn();
  }

  /** Whether the Node object goes. */
  enum NodeRemoval {
    /** It stays. */
    KEEP,
    /** It is deleted, unless a label shows that Blazar still uses it. */
    WHEN_RELEASED,
    /** It is deleted later: Blazar's worker still reports a device. */
    HELD
  }

  /** The goal for the secret of the current token. */
  enum TokenGoal {
    /** It is valid, with enough time left. */
    VALID,
    /** It is not checked, and may expire. */
    LEFT_ALONE,
    /** It is deleted. */
    GONE
  }

  /**
   * What decides the goal for the token's secret, together with the Node.
   *
   * @param requested whether a person asked for this attempt, or the token is new
   * @param mayExist whether its secret may still exist after the device has joined
   * @param revokeWhenReady whether it is deleted as soon as the device has joined
   * @param withdrawn whether the device was deleted
   */
  record TokenRule(
      Duration lifetime,
      boolean requested,
      boolean mayExist,
      boolean revokeWhenReady,
      boolean withdrawn) {

    /** A Node that is not ready for longer may be a device that was set up again. */
    private static final Duration REJOIN_AFTER = Duration.ofMinutes(10);

    TokenGoal goal(Optional<ClusterNode> node, Instant now) {
      if (withdrawn) {
        return TokenGoal.GONE;
      }
      boolean ready = node.filter(ClusterNode::ready).isPresent();
      if (ready && revokeWhenReady) {
        return requested || mayExist ? TokenGoal.GONE : TokenGoal.LEFT_ALONE;
      }
      return requested || !hasJoined(node, now) ? TokenGoal.VALID : TokenGoal.LEFT_ALONE;
    }

    private static boolean hasJoined(Optional<ClusterNode> node, Instant now) {
      return node.filter(n ->
              n.ready()
                  || (n.lastTransition() != null
                      && n.lastTransition().plus(REJOIN_AFTER).isAfter(now)))
          .isPresent();
    }
  }

  /**
   * The secret of a bootstrap token as it must be.
   *
   * @param hardware the UUID of the device that joins with it
   * @param nodeName the name under which the device joins
   */
  record DesiredToken(BootstrapToken token, String hardware, String nodeName, Instant expires) {}

  /**
   * What a Node must carry, and what of it the worker may remove. Everything else on the Node
   * belongs to others.
   *
   * @param labels required, with exactly these values
   * @param managedKeys labels that are removed unless they are required
   * @param taint required
   * @param formerTaint one that the worker set, and that is removed unless it is required
   * @param missingLabels added where the key is missing; an existing one belongs to others,
   *     whatever its value
   */
  record DesiredClusterNode(
      Map<String, String> labels,
      Set<String> managedKeys,
      Optional<NodeTaint> taint,
      Optional<NodeTaint> formerTaint,
      Map<String, String> missingLabels) {

    DesiredClusterNode {
      labels = Map.copyOf(labels);
      managedKeys = Set.copyOf(managedKeys);
      missingLabels = Map.copyOf(missingLabels);
    }

    DesiredClusterNode(
        Map<String, String> labels,
        Set<String> managedKeys,
        Optional<NodeTaint> taint,
        Optional<NodeTaint> formerTaint) {
      this(labels, managedKeys, taint, formerTaint, Map.of());
    }

    /** Returns this state with labels that are added where they are missing. */
    DesiredClusterNode adding(Map<String, String> labelsIfMissing) {
      return new DesiredClusterNode(labels, managedKeys, taint, formerTaint, labelsIfMissing);
    }

    /** Returns the state of a Node that carries nothing of the worker's. */
    DesiredClusterNode withdrawn() {
      return new DesiredClusterNode(
          Map.of(), managedKeys, Optional.empty(), formerTaint.isPresent() ? formerTaint : taint);
    }

    /** Returns whether a taint has the place of the required or the former one. */
    boolean manages(NodeTaint present) {
      return taint.filter(wanted -> wanted.slot().equals(present.slot())).isPresent()
          || formerTaint.filter(former -> former.slot().equals(present.slot())).isPresent();
    }
  }
}
