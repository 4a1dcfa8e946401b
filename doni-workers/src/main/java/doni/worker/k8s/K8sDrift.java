package doni.worker.k8s;

import doni.worker.Change;
import doni.worker.SharedNames;
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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The difference between the desired and the observed state. What earlier attempts recorded is part
 * of the desired state: tokens, labels and a taint to remove.
 *
 * @param writes what removes the difference, in order
 * @param refusal why the device's token cannot be used; the Node is then left as it is
 */
record K8sDrift(List<K8sWrite> writes, Optional<String> refusal) {

  K8sDrift {
    writes = List.copyOf(writes);
  }

  static K8sDrift between(K8sDesiredState desired, K8sObservedState observed) {
    List<K8sWrite> writes = new ArrayList<>();
    BootstrapToken token = desired.token().orElse(null);
    // First: once a newer token is recorded, no later attempt knows of the former ones.
    desired.formerTokenIds().stream()
        .sorted()
        .flatMap(id -> observed.secret(id).stream())
        .filter(secret -> secret.ownedBy(desired.hardware(), ofId(secret.id(), token)))
        .map(secret -> new DeleteSecret(secret.id()))
        .forEach(writes::add);
    Optional<String> refusal = addCurrentToken(desired, observed, writes);
    if (refusal.isEmpty()) {
      observed.node().ifPresent(node -> addNode(desired, node, observed.at(), writes));
      observed.formerNodes().stream()
          .filter(former -> desired.isReleased(former, observed.node()))
          .forEach(former -> addRemoval(desired, former, observed.at(), writes));
    }
    return new K8sDrift(writes, refusal);
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  List<Change> changes() {
    return writes.stream().flatMap(write -> write.changes().stream()).toList();
  }

  private static Optional<String> addCurrentToken(
      K8sDesiredState desired, K8sObservedState observed, List<K8sWrite> writes) {
    if (desired.token().isEmpty()) {
      return Optional.empty();
    }
    BootstrapToken token = desired.token().get();
    Optional<TokenSecret> secret = observed.secret(token.id());
    return switch (desired.tokenRule().goal(observed.node(), observed.at())) {
      case LEFT_ALONE -> Optional.empty();
      case GONE -> {
        secret
            .filter(present -> present.ownedBy(desired.hardware(), token))
            .ifPresent(present -> writes.add(new DeleteSecret(present.id())));
        yield Optional.empty();
      }
      case VALID -> addValidToken(desired, token, secret, observed.at(), writes);
    };
  }

  private static Optional<String> addValidToken(
      K8sDesiredState desired,
      BootstrapToken token,
      Optional<TokenSecret> present,
      Instant now,
      List<K8sWrite> writes) {
    Instant expires = now.plus(desired.tokenRule().lifetime()).truncatedTo(ChronoUnit.SECONDS);
    DesiredToken valid = new DesiredToken(token, desired.hardware(), desired.nodeName(), expires);
    if (present.isEmpty()) {
      writes.add(new CreateSecret(valid));
      return Optional.empty();
    }
    if (!present.get().usableBy(desired.hardware(), token)) {
      return Optional.of(
          "secret %s belongs to another owner; set another token, or empty %s to get a new one"
              .formatted(K8sObjects.secretName(token.id()), SharedNames.BOOTSTRAP_TOKEN));
    }
    String wrong = wrong(present.get(), token, now, desired.tokenRule());
    if (wrong != null) {
      writes.add(new UpdateSecret(valid, wrong));
    }
    return Optional.empty();
  }

  private static @Nullable String wrong(
      TokenSecret present, BootstrapToken token, Instant now, TokenRule rule) {
    if (!token.secret().equals(present.secret())) {
      return "another token";
    }
    if (!present.complete()) {
      return "not usable to join";
    }
    if (present.hardware() == null) {
      return "without owner";
    }
    if (present.expires() == null) {
      return "without expiration";
    }
    return present.expires().isBefore(now.plus(rule.lifetime().dividedBy(2)))
        ? "until " + present.expires()
        : null;
  }

  private static @Nullable BootstrapToken ofId(String id, @Nullable BootstrapToken token) {
    return token != null && token.id().equals(id) ? token : null;
  }

  private static void addNode(
      K8sDesiredState desired, ClusterNode node, Instant now, List<K8sWrite> writes) {
    if (!desired.isDeleted()) {
      addPatch(desired.node(), desired.blazar(), node, true, now, writes);
    } else if (!desired.isHeld(node)) {
      addRemoval(desired, node, now, writes);
    }
    // Until Blazar has released it, a user's containers may be running there.
  }

  private static void addRemoval(
      K8sDesiredState desired, ClusterNode node, Instant now, List<K8sWrite> writes) {
    boolean current = node.name().equals(desired.nodeName());
    addPatch(desired.node().withdrawn(), desired.blazar(), node, current, now, writes);
    if (desired.removal() == NodeRemoval.DELETE) {
      writes.add(new DeleteNode(node.name(), node.uid()));
    }
  }

  /** Names the Node of a change, where it is not that of the device's present name. */
  private static Change of(ClusterNode node, Change change) {
    return new Change(
        change.action(),
        change.object() + " of former node " + node.name(),
        change.from(),
        change.to());
  }

  private static void addPatch(
      DesiredClusterNode desired,
      BlazarLabel blazar,
      ClusterNode node,
      boolean current,
      Instant now,
      List<K8sWrite> writes) {
    List<Change> changes = new ArrayList<>();
    Map<String, @Nullable String> labels = labels(desired, blazar, node, now, changes);
    List<NodeTaint> taints = taints(desired, node, changes);
    if (!current) {
      changes.replaceAll(change -> of(node, change));
    }
    if (!changes.isEmpty()) {
      writes.add(
          new PatchNode(
              node.name(),
              labels,
              taints == null ? null : new TaintList(taints, node.resourceVersion()),
              changes));
    }
  }

  private static Map<String, @Nullable String> labels(
      DesiredClusterNode desired,
      BlazarLabel blazar,
      ClusterNode node,
      Instant now,
      List<Change> changes) {
    Map<String, @Nullable String> labels = new TreeMap<>();
    for (var wanted : new TreeMap<>(desired.labels()).entrySet()) {
      String present = node.labels().get(wanted.getKey());
      if (!wanted.getValue().equals(present)) {
        labels.put(wanted.getKey(), wanted.getValue());
        changes.add(
            new Change(
                present == null ? Change.Action.CREATE : Change.Action.UPDATE,
                "label " + wanted.getKey(),
                present,
                wanted.getValue()));
      }
    }
    boolean addable =
        desired.addsBlazarLabel()
            && blazar.addableFrom(node, now).filter(from -> !from.isAfter(now)).isPresent();
    if (addable) {
      String id = blazar.reported().orElseThrow();
      labels.put(ClusterNode.BLAZAR_DEVICE, id);
      changes.add(new Change(Change.Action.CREATE, "label " + ClusterNode.BLAZAR_DEVICE, null, id));
    }
    Set<String> removable = new TreeSet<>(desired.managedKeys());
    if (blazar.isStale(node)) {
      removable.add(ClusterNode.BLAZAR_DEVICE);
    }
    removable.stream()
        .filter(key -> node.labels().containsKey(key) && !desired.labels().containsKey(key))
        .forEach(key -> {
          labels.put(key, null);
          changes.add(
              new Change(Change.Action.DELETE, "label " + key, node.labels().get(key), null));
        });
    return labels;
  }

  /** Returns the whole list to write; null when it is right as it is. */
  private static @Nullable List<NodeTaint> taints(
      DesiredClusterNode desired, ClusterNode node, List<Change> changes) {
    List<NodeTaint> wanted = new ArrayList<>();
    List<Change> differences = new ArrayList<>();
    boolean found = false;
    for (NodeTaint present : node.taints()) {
      if (desired.taint().filter(present::sameAs).isPresent()) {
        found = true;
        wanted.add(present);
      } else if (desired.manages(present)) {
        differences.add(
            new Change(Change.Action.DELETE, "taint " + present.key(), present.text(), null));
      } else {
        wanted.add(present);
      }
    }
    if (!found && desired.taint().isPresent()) {
      NodeTaint ours = desired.taint().get();
      wanted.add(ours);
      differences.add(new Change(Change.Action.CREATE, "taint " + ours.key(), null, ours.text()));
    }
    changes.addAll(differences);
    return differences.isEmpty() ? null : wanted;
  }
}
