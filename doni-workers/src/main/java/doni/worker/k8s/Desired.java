package doni.worker.k8s;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a device is to have in the cluster.
 *
 * @param hardware the device's uuid
 * @param nodeName under which it joins
 * @param token empty only for a deleted device
 * @param formerTokenIds tokens that must not be valid any more
 */
record Desired(
    String hardware,
    String nodeName,
    Optional<BootstrapToken> token,
    Set<String> formerTokenIds,
    TokenRule tokenRule,
    NodeWish node) {

  /** What is to become of the current token's secret. */
  enum TokenGoal {
    /** It is valid, with enough life left. */
    VALID,
    /** Not looked at: it may expire. */
    LEFT_ALONE,
    /** It is deleted. */
    GONE
  }

  /**
   * What decides about the token's secret, beside the Node.
   *
   * @param requested whether a person asked for this attempt, or the token is new
   * @param mayExist whether its secret may still be there after the device has joined
   * @param revokeWhenReady whether it goes as soon as the device has joined
   * @param withdrawn whether the device was deleted
   */
  record TokenRule(
      Duration lifetime,
      boolean requested,
      boolean mayExist,
      boolean revokeWhenReady,
      boolean withdrawn) {

    /**
     * A Node that has not been Ready for that long may be a device that was set up anew and needs
     * its token to come back.
     */
    private static final Duration LONG = Duration.ofMinutes(10);

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
                  || (n.lastTransition() != null && n.lastTransition().plus(LONG).isAfter(now)))
          .isPresent();
    }
  }

  Desired {
    formerTokenIds = Set.copyOf(formerTokenIds);
  }
}
