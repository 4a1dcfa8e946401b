package doni.worker.k8s;

import doni.enrollment.LabelSyntax;
import doni.enrollment.Secret;
import doni.worker.k8s.K8sDesiredState.TokenGoal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster has of a device.
 *
 * @param formerNodes those of former names that still exist
 * @param secrets by token id; only those that matter to this attempt
 * @param at when it was read
 */
record K8sObservedState(
    Optional<ClusterNode> node,
    List<ClusterNode> formerNodes,
    Map<String, TokenSecret> secrets,
    Instant at) {

  K8sObservedState {
    formerNodes = List.copyOf(formerNodes);
    secrets = Map.copyOf(secrets);
  }

  /**
   * Reads the device's state.
   *
   * @param current whether to read the Node from the cluster; otherwise the watch's memory suffices
   */
  static K8sObservedState read(
      K8sClient client, K8sDesiredState desired, Clock clock, boolean current) {
    String name = desired.nodeName();
    Optional<ClusterNode> node = node(client, name, current);
    List<ClusterNode> formerNodes = new ArrayList<>();
    // One that has registered again is another device's.
    new TreeMap<>(desired.formerNodes())
        .forEach((former, uid) ->
            node(client, former, current)
                .filter(present -> present.uid().equals(uid))
                .ifPresent(formerNodes::add));
    Instant now = clock.instant();
    Set<String> ids = new LinkedHashSet<>(desired.formerTokenIds());
    if (desired.tokenRule().goal(node, now) != TokenGoal.LEFT_ALONE) {
      desired.token().map(BootstrapToken::id).ifPresent(ids::add);
    }
    Map<String, TokenSecret> secrets = new HashMap<>();
    for (String id : ids) {
      client.tokenSecret(id).ifPresent(secret -> secrets.put(id, secret));
    }
    return new K8sObservedState(node, formerNodes, secrets, now);
  }

  private static Optional<ClusterNode> node(K8sClient client, String name, boolean current) {
    if (!LabelSyntax.isDnsName(name)) {
      return Optional.empty();
    }
    return current ? client.node(name) : client.watchedNode(name);
  }

  /** Returns this state without some Nodes. */
  K8sObservedState without(Set<String> names) {
    return names.isEmpty()
        ? this
        : new K8sObservedState(
            node.filter(present -> !names.contains(present.name())),
            formerNodes.stream().filter(former -> !names.contains(former.name())).toList(),
            secrets,
            at);
  }

  Optional<TokenSecret> secret(String id) {
    return Optional.ofNullable(secrets.get(id));
  }

  /**
   * The object in the cluster that makes a bootstrap token valid.
   *
   * @param bootstrapType whether it has the immutable type of bootstrap tokens
   * @param hardware the UUID of its device; null on a secret that another program wrote
   * @param secret the token's secret part
   * @param expires null when it never expires, or the time cannot be parsed
   * @param complete whether its id matches its name and it may be used to join
   */
  record TokenSecret(
      String id,
      boolean bootstrapType,
      @Nullable String hardware,
      @Nullable Secret secret,
      @Nullable Instant expires,
      boolean complete) {

    /** Returns whether the device may use it: it was written for it, or holds exactly its token. */
    boolean usableBy(String hardwareUuid, BootstrapToken token) {
      return bootstrapType && (hardwareUuid.equals(hardware) || token.secret().equals(secret));
    }

    /**
     * Returns whether the device may delete it. Stricter than {@link #usableBy}: a secret with
     * another device's UUID stays, even if both devices have the same token.
     */
    boolean ownedBy(String hardwareUuid, @Nullable BootstrapToken token) {
      if (!bootstrapType) {
        return false;
      }
      return hardware == null
          ? token != null && token.secret().equals(secret)
          : hardware.equals(hardwareUuid);
    }
  }
}
