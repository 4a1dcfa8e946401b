package doni.worker.k8s;

import doni.enrollment.Generation;
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
 * @param generation of the enrollment
 * @param nodeName the name of its Node
 * @param formerNodes Nodes that the device had under former names: their uid by their name
 * @param token empty only for a deleted device
 * @param formerTokenIds tokens that must no longer be valid
 */
record K8sDesiredState(
    String hardware,
    Generation generation,
    String nodeName,
    Map<String, String> formerNodes,
    Optional<BootstrapToken> token,
    Set<String> formerTokenIds,
    TokenRule tokenRule,
    NodeRemoval removal,
    BlazarLabel blazar,
    DesiredClusterNode node) {

  K8sDesiredState {
    formerNodes = Map.copyOf(formerNodes);
    formerTokenIds = Set.copyOf(formerTokenIds);
  }

  boolean isDeleted() {
    return tokenRule.withdrawn();
  }

  /** What happens to a Node that the device no longer needs, after Blazar has released it. */
  enum NodeRemoval {
    /** It stays, without the worker's labels and taint. */
    KEEP,
    /** It is deleted. */
    DELETE
  }

  /**
   * Returns whether Blazar still uses the Node of a deleted device: its worker reports a device, or
   * a label shows it. A device that Blazar created only halfway has no label, but can be leased.
   */
  boolean isHeld(ClusterNode present) {
    return blazar.reported().isPresent() || !blazar.holding(present).isEmpty();
  }

  /**
   * Returns whether the Node of a former name can be removed: the device has joined under its new
   * name, or was deleted, and neither Blazar nor the device itself uses it any more.
   *
   * @param current the Node of the present name
   */
  boolean isReleased(ClusterNode former, Optional<ClusterNode> current) {
    return isDeleted()
        ? !isHeld(former)
        : current.isPresent() && !former.ready() && blazar.holding(former).isEmpty();
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
   * @param addsBlazarLabel whether {@link ClusterNode#BLAZAR_DEVICE} is added where it was lost
   */
  record DesiredClusterNode(
      Map<String, String> labels,
      Set<String> managedKeys,
      Optional<NodeTaint> taint,
      Optional<NodeTaint> formerTaint,
      boolean addsBlazarLabel) {

    DesiredClusterNode {
      labels = Map.copyOf(labels);
      managedKeys = Set.copyOf(managedKeys);
    }

    DesiredClusterNode(
        Map<String, String> labels,
        Set<String> managedKeys,
        Optional<NodeTaint> taint,
        Optional<NodeTaint> formerTaint) {
      this(labels, managedKeys, taint, formerTaint, false);
    }

    /** Returns this state with the label of Blazar where it was lost. */
    DesiredClusterNode withBlazarLabel() {
      return new DesiredClusterNode(labels, managedKeys, taint, formerTaint, true);
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
