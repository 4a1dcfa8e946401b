package doni.worker.k8s;

import doni.worker.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a Node differs from what it is to carry.
 *
 * @param labels keys to set, and with a null value keys to remove
 * @param taints the list that it should have instead, null when it is right as it is
 */
record NodeDrift(
    Map<String, @Nullable String> labels, @Nullable List<Taint> taints, List<Change> changes) {

  static final NodeDrift NONE = new NodeDrift(Map.of(), null, List.of());

  NodeDrift {
    changes = List.copyOf(changes);
  }

  static NodeDrift between(NodeWish wish, ClusterNode node) {
    List<Change> changes = new ArrayList<>();
    Map<String, @Nullable String> labels = labels(wish, node, changes);
    List<Taint> taints = taints(wish, node, changes);
    return new NodeDrift(labels, taints, changes);
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  /**
   * @param node the Node that this drift was worked out from
   */
  NodePatch patch(ClusterNode node) {
    return new NodePatch(
        labels, taints == null ? null : new NodePatch.Taints(taints, node.resourceVersion()));
  }

  private static Map<String, @Nullable String> labels(
      NodeWish wish, ClusterNode node, List<Change> changes) {
    Map<String, @Nullable String> labels = new TreeMap<>();
    for (var wanted : new TreeMap<>(wish.labels()).entrySet()) {
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
    new TreeMap<>(wish.missingLabels())
        .forEach((key, value) -> {
          if (!node.labels().containsKey(key)) {
            labels.put(key, value);
            changes.add(new Change(Change.Action.CREATE, "label " + key, null, value));
          }
        });
    wish.managedKeys().stream()
        .sorted()
        .filter(key -> node.labels().containsKey(key) && !wish.labels().containsKey(key))
        .forEach(key -> {
          labels.put(key, null);
          changes.add(
              new Change(Change.Action.DELETE, "label " + key, node.labels().get(key), null));
        });
    return labels;
  }

  private static @Nullable List<Taint> taints(
      NodeWish wish, ClusterNode node, List<Change> changes) {
    List<Taint> wanted = new ArrayList<>();
    List<Change> differences = new ArrayList<>();
    boolean there = false;
    for (Taint present : node.taints()) {
      if (wish.taint().filter(present::sameAs).isPresent()) {
        there = true;
        wanted.add(present);
      } else if (wish.manages(present)) {
        differences.add(
            new Change(Change.Action.DELETE, "taint " + present.key(), present.text(), null));
      } else {
        wanted.add(present);
      }
    }
    if (!there && wish.taint().isPresent()) {
      Taint ours = wish.taint().get();
      wanted.add(ours);
      differences.add(new Change(Change.Action.CREATE, "taint " + ours.key(), null, ours.text()));
    }
    changes.addAll(differences);
    return differences.isEmpty() ? null : wanted;
  }
}
