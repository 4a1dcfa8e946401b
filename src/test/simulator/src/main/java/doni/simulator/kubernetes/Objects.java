package doni.simulator.kubernetes;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The parts that every object has. */
final class Objects {

  private Objects() {}

  /** The metadata of an object, made when there is none. */
  static ObjectNode metadata(ObjectNode object) {
    return object.get("metadata") instanceof ObjectNode metadata
        ? metadata
        : object.putObject("metadata");
  }

  static String name(JsonNode object) {
    return object.path("metadata").path("name").asString("");
  }

  static String namespace(JsonNode object) {
    return object.path("metadata").path("namespace").asString("");
  }

  static String uid(JsonNode object) {
    return object.path("metadata").path("uid").asString("");
  }

  /** Empty when it has none. */
  static String version(JsonNode object) {
    return object.path("metadata").path("resourceVersion").asString("");
  }
}
