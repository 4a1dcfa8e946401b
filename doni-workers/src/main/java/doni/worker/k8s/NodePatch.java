package doni.worker.k8s;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is written to a Node, and nothing else.
 *
 * @param labels keys to set, and with a null value keys to remove
 * @param taints the whole list, null where the taints stay as they are
 */
record NodePatch(Map<String, @Nullable String> labels, @Nullable Taints taints) {

  /**
   * A list of taints replaces the one that is there, so it is only right for the Node that was
   * read.
   *
   * @param resourceVersion of that Node; the API server refuses the patch when it has changed since
   */
  record Taints(List<Taint> all, String resourceVersion) {
    Taints {
      all = List.copyOf(all);
    }
  }

  NodePatch {
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
  }
}
