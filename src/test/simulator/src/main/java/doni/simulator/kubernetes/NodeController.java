package doni.simulator.kubernetes;

import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What kubelets and the node controller do to nodes. They hold themselves to no rule here. */
final class NodeController {

  private final ObjectStore store;
  private final Clock clock;

  NodeController(ObjectStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** A kubelet registers: the node appears not ready and tainted. */
  void register(String name) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("kind", "Node").put("apiVersion", "v1");
    node.putObject("metadata")
        .put("name", name)
        .putObject("labels")
        .put("kubernetes.io/arch", "arm64")
        .put("kubernetes.io/hostname", name)
        .put("kubernetes.io/os", "linux");
    condition(node, "False");
    store.create(Kind.NODE, ObjectKey.node(name), node);
  }

  /** Sets the condition Ready and with it the node controller's own taint. */
  void ready(String name, String status) {
    change(name, node -> condition(node, status));
  }

  void heartbeat(String name) {
    change(
        name,
        node ->
            node.path("status")
                .path("conditions")
                .forEach(
                    condition -> ((ObjectNode) condition).put("lastHeartbeatTime", preciseNow())));
  }

  void labels(String name, Map<String, String> labels) {
    change(
        name,
        node -> {
          ObjectNode all = objectIn(Objects.metadata(node), "labels");
          labels.forEach(all::put);
        });
  }

  void removeLabel(String name, String key) {
    change(name, node -> objectIn(Objects.metadata(node), "labels").remove(key));
  }

  void taint(String name, NodeState.Taint taint) {
    change(name, node -> addTaint(node, taint.key(), taint.value(), taint.effect()));
  }

  void removeTaint(String name, String key) {
    change(name, node -> dropTaint(node, key));
  }

  private void change(String name, Consumer<ObjectNode> change) {
    store.update(
        Kind.NODE,
        ObjectKey.node(name),
        node -> {
          change.accept(node);
          Changes.complete(Kind.NODE, node);
          return node;
        });
  }

  private void condition(ObjectNode node, String status) {
    ArrayNode conditions = objectIn(node, "status").putArray("conditions");
    conditions
        .addObject()
        .put("type", "Ready")
        .put("status", status)
        .put("reason", status.equals("True") ? "KubeletReady" : "KubeletNotReady")
        .put("lastHeartbeatTime", preciseNow())
        .put("lastTransitionTime", now());
    dropTaint(node, "node.kubernetes.io/not-ready");
    dropTaint(node, "node.kubernetes.io/unreachable");
    switch (status) {
      case "False" -> addTaint(node, "node.kubernetes.io/not-ready", "", "NoSchedule");
      case "Unknown" -> addTaint(node, "node.kubernetes.io/unreachable", "", "NoSchedule");
      default -> {}
    }
  }

  private void addTaint(ObjectNode node, String key, String value, String effect) {
    dropTaint(node, key);
    ObjectNode taint = taints(node).addObject().put("key", key);
    if (!value.isEmpty()) {
      taint.put("value", value);
    }
    taint.put("effect", effect).put("timeAdded", now());
  }

  private static void dropTaint(ObjectNode node, String key) {
    taints(node).removeIf(taint -> taint.path("key").asString("").equals(key));
  }

  private static ArrayNode taints(ObjectNode node) {
    ObjectNode spec = objectIn(node, "spec");
    return spec.get("taints") instanceof ArrayNode taints ? taints : spec.putArray("taints");
  }

  private static ObjectNode objectIn(ObjectNode parent, String field) {
    return parent.get(field) instanceof ObjectNode there ? there : parent.putObject(field);
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Finer than the seconds of a real one, so that every heartbeat is a change. */
  private String preciseNow() {
    return clock.instant().toString();
  }
}
