package doni.worker.k8s;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a Node is to carry, and what of it is ours to take away. Everything else on the Node belongs
 * to others.
 *
 * @param labels to be there, with exactly these values
 * @param managedKeys labels that must not be there unless they are wanted
 * @param taint to be there
 * @param formerTaint one that we set and that must not be there unless it is wanted
 * @param missingLabels to be added where the key is missing; one that is there is somebody else's,
 *     whatever its value
 */
record NodeWish(
    Map<String, String> labels,
    Set<String> managedKeys,
    Optional<Taint> taint,
    Optional<Taint> formerTaint,
    Map<String, String> missingLabels) {

  NodeWish {
    labels = Map.copyOf(labels);
    managedKeys = Set.copyOf(managedKeys);
    missingLabels = Map.copyOf(missingLabels);
  }

  NodeWish(
      Map<String, String> labels,
      Set<String> managedKeys,
      Optional<Taint> taint,
      Optional<Taint> formerTaint) {
    this(labels, managedKeys, taint, formerTaint, Map.of());
  }

  /** The same wish, with labels to be added where they are missing. */
  NodeWish adding(Map<String, String> labelsIfMissing) {
    return new NodeWish(labels, managedKeys, taint, formerTaint, labelsIfMissing);
  }

  /** The same wish for a Node that is to carry nothing of ours any more. */
  NodeWish withdrawn() {
    return new NodeWish(
        Map.of(), managedKeys, Optional.empty(), formerTaint.isPresent() ? formerTaint : taint);
  }

  /** Whether a taint sits where ours is wanted, or where we set it before. */
  boolean manages(Taint present) {
    return taint.filter(wanted -> wanted.slot().equals(present.slot())).isPresent()
        || formerTaint.filter(former -> former.slot().equals(present.slot())).isPresent();
  }
}
