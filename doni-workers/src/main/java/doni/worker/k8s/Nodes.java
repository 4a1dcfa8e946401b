package doni.worker.k8s;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a Node is read and patched. */
final class Nodes {

  private Nodes() {}

  static ClusterNode read(Node node) {
    Map<String, String> labels = node.getMetadata().getLabels();
    Optional<NodeCondition> ready = readyCondition(node);
    return new ClusterNode(
        node.getMetadata().getName(),
        node.getMetadata().getUid(),
        node.getMetadata().getResourceVersion(),
        labels == null ? Map.of() : labels,
        node.getSpec() == null || node.getSpec().getTaints() == null
            ? List.of()
            : node.getSpec().getTaints().stream().map(Nodes::read).toList(),
        ready.filter(condition -> "True".equals(condition.getStatus())).isPresent(),
        ready.map(NodeCondition::getLastTransitionTime).map(Nodes::instant).orElse(null));
  }

  /**
   * A merge patch: it touches the named labels only, but replaces the whole list of taints (a
   * strategic merge patch would, too: taints have no merge key), hence the resource version with
   * it. Without taints there is none, because kubelets write their Nodes often.
   */
  static Map<String, Object> patch(NodePatch patch) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("metadata", metadata);
    if (!patch.labels().isEmpty()) {
      metadata.put("labels", patch.labels());
    }
    if (patch.taints() != null) {
      metadata.put("resourceVersion", patch.taints().resourceVersion());
      object.put(
          "spec", Map.of("taints", patch.taints().all().stream().map(Nodes::written).toList()));
    }
    return object;
  }

  private static Optional<NodeCondition> readyCondition(Node node) {
    return node.getStatus() == null || node.getStatus().getConditions() == null
        ? Optional.empty()
        : node.getStatus().getConditions().stream()
            .filter(condition -> "Ready".equals(condition.getType()))
            .findFirst();
  }

  private static Taint read(io.fabric8.kubernetes.api.model.Taint taint) {
    return new Taint(taint.getKey(), taint.getValue(), taint.getEffect(), taint.getTimeAdded());
  }

  private static Map<String, String> written(Taint taint) {
    Map<String, String> written = new LinkedHashMap<>();
    written.put("key", taint.key());
    if (taint.value() != null) {
      written.put("value", taint.value());
    }
    written.put("effect", taint.effect());
    if (taint.timeAdded() != null) {
      written.put("timeAdded", taint.timeAdded());
    }
    return written;
  }

  private static @Nullable Instant instant(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      return null;
    }
  }
}
