package doni.simulator.ironic;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** JSON patches as Ironic takes them: without {@code test}, and of documents without arrays. */
final class Patches {

  private Patches() {}

  static void check(JsonNode patch) {
    if (!patch.isArray()) {
      throw IronicError.client(
          400, "Schema error for patch: " + Documents.python(patch) + " is not of type 'array'");
    }
    for (JsonNode step : patch) {
      String op = step.path("op").asString("");
      switch (op) {
        case "add", "replace", "remove" -> {}
        default ->
            throw IronicError.client(
                400,
                "Schema error for patch: '%s' is not one of ['add', 'replace', 'remove']"
                    .formatted(op));
      }
    }
  }

  /** The key at the top of a step's path. */
  static String root(JsonNode step) {
    return step.path("path").asString("").split("/", 3)[1];
  }

  static void apply(ObjectNode document, JsonNode patch) {
    for (JsonNode step : patch) {
      apply(document, step, step.path("path").asString("").substring(1).split("/", -1));
    }
  }

  private static void apply(ObjectNode document, JsonNode step, String[] path) {
    ObjectNode parent = document;
    for (int i = 0; i < path.length - 1; i++) {
      if (!(parent.get(path[i]) instanceof ObjectNode child)) {
        throw refused(step, "member '%s' not found in the document".formatted(path[i]));
      }
      parent = child;
    }
    String key = path[path.length - 1];
    boolean top = path.length == 1;
    switch (step.path("op").asString()) {
      case "add" -> parent.set(key, step.path("value"));
      case "replace" -> {
        demand(parent, key, step, "replace");
        parent.set(key, step.path("value"));
      }
      default -> {
        demand(parent, key, step, "remove");
        if (top) {
          parent.putNull(key);
        } else {
          parent.remove(key);
        }
      }
    }
  }

  private static void demand(ObjectNode parent, String key, JsonNode step, String verb) {
    if (!parent.has(key)) {
      throw refused(step, "can't %s a non-existent object '%s'".formatted(verb, key));
    }
  }

  private static RuntimeException refused(JsonNode step, String reason) {
    return IronicError.client(
        400, "Couldn't apply patch '%s'. Reason: %s".formatted(Documents.python(step), reason));
  }
}
