package doni.simulator.kubernetes;

import java.util.List;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The patches that are understood. A strategic merge patch equals a merge patch here: {@code
 * taints} has no merge key, so it is replaced as a whole, and {@code $patch} is refused.
 */
final class Patches {

  private static final String MERGE = "application/merge-patch+json";
  private static final String STRATEGIC = "application/strategic-merge-patch+json";
  private static final String JSON_PATCH = "application/json-patch+json";

  private Patches() {}

  /** What the patch makes of the object, which it may change. */
  static ObjectNode apply(String contentType, ObjectNode object, JsonNode patch) {
    return switch (contentType) {
      case MERGE -> merged(object, patch);
      case STRATEGIC -> {
        refuseDirectives(patch);
        yield merged(object, patch);
      }
      case JSON_PATCH -> patched(object, patch);
      default -> throw StatusError.unsupportedMediaType(List.of(JSON_PATCH, MERGE, STRATEGIC));
    };
  }

  private static ObjectNode merged(ObjectNode object, JsonNode patch) {
    if (!(patch instanceof ObjectNode members)) {
      throw StatusError.badRequest("a merge patch must be an object");
    }
    merge(object, members);
    return object;
  }

  /** RFC 7386. */
  private static void merge(ObjectNode target, ObjectNode patch) {
    patch
        .properties()
        .forEach(entry -> {
          String key = entry.getKey();
          switch (entry.getValue()) {
            case ObjectNode members -> {
              if (!(target.get(key) instanceof ObjectNode)) {
                target.putObject(key);
              }
              merge((ObjectNode) target.get(key), members);
            }
            case JsonNode value when value.isNull() -> target.remove(key);
            case JsonNode value -> target.set(key, value);
          }
        });
  }

  private static void refuseDirectives(JsonNode patch) {
    if (patch.findValue("$patch") != null) {
      throw StatusError.unprocessable("the directive $patch is not understood here");
    }
  }

  /** RFC 6902. */
  private static ObjectNode patched(ObjectNode object, JsonNode patch) {
    if (!(patch instanceof ArrayNode operations)) {
      throw StatusError.badRequest("a JSON patch must be an array");
    }
    for (JsonNode operation : operations) {
      JsonPointer path = pointer(operation.path("path").asString(""));
      JsonNode value = operation.path("value");
      switch (operation.path("op").asString("")) {
        case "add" -> add(object, path, value);
        case "remove" -> remove(object, path);
        case "replace" -> {
          remove(object, path);
          add(object, path, value);
        }
        case "test" -> {
          if (!object.at(path).equals(value)) {
            throw StatusError.unprocessable("testing value " + path + " failed");
          }
        }
        case "copy" -> add(object, path, existing(object, operation).deepCopy());
        case "move" -> {
          JsonNode moved = existing(object, operation);
          remove(object, pointer(operation.path("from").asString("")));
          add(object, path, moved);
        }
        default -> throw StatusError.unprocessable("unknown operation");
      }
    }
    return object;
  }

  private static JsonPointer pointer(String text) {
    if (!text.startsWith("/")) {
      throw StatusError.unprocessable("a path must start with /");
    }
    return JsonPointer.compile(text);
  }

  private static JsonNode existing(ObjectNode object, JsonNode operation) {
    JsonNode found = object.at(pointer(operation.path("from").asString("")));
    if (found.isMissingNode()) {
      throw StatusError.unprocessable("the value to take does not exist");
    }
    return found;
  }

  private static void add(ObjectNode object, JsonPointer path, JsonNode value) {
    JsonNode set = value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value;
    String key = path.last().getMatchingProperty();
    switch (object.at(path.head())) {
      case ObjectNode parent -> parent.set(key, set);
      case ArrayNode parent -> {
        int index = key.equals("-") ? parent.size() : path.last().getMatchingIndex();
        if (index < 0 || index > parent.size()) {
          throw StatusError.unprocessable("no place " + path);
        }
        parent.insert(index, set);
      }
      default -> throw StatusError.unprocessable("no parent for " + path);
    }
  }

  private static void remove(ObjectNode object, JsonPointer path) {
    if (object.at(path).isMissingNode()) {
      throw StatusError.unprocessable("unable to remove nonexistent key: " + path);
    }
    switch (object.at(path.head())) {
      case ObjectNode parent -> parent.remove(path.last().getMatchingProperty());
      case ArrayNode parent -> parent.remove(path.last().getMatchingIndex());
      default -> throw StatusError.unprocessable("no parent for " + path);
    }
  }
}
