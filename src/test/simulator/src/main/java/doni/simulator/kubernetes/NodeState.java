package doni.simulator.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A node as it is.
 *
 * @param ready {@code True}, {@code False}, {@code Unknown}, or empty when it has no such condition
 */
public record NodeState(
    String name,
    String uid,
    String resourceVersion,
    Map<String, String> labels,
    List<Taint> taints,
    String ready) {

  /** A taint; an absent value is empty. */
  public record Taint(String key, String value, String effect) {}

  public NodeState {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
  }

  static NodeState of(JsonNode node) {
    Map<String, String> labels = new TreeMap<>();
    node.path("metadata")
        .path("labels")
        .properties()
        .forEach(entry -> labels.put(entry.getKey(), entry.getValue().asString("")));
    List<Taint> taints =
        node.path("spec").path("taints").valueStream().map(NodeState::taint).toList();
    String ready =
        node.path("status")
            .path("conditions")
            .valueStream()
            .filter(condition -> condition.path("type").asString("").equals("Ready"))
            .map(condition -> condition.path("status").asString(""))
            .findFirst()
            .orElse("");
    return new NodeState(
        Objects.name(node), Objects.uid(node), Objects.version(node), labels, taints, ready);
  }

  private static Taint taint(JsonNode taint) {
    return new Taint(
        taint.path("key").asString(""),
        taint.path("value").asString(""),
        taint.path("effect").asString(""));
  }
}
