package doni.contract;

import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What came back. */
record Answer(int status, String contentType, String body) {

  private static final JsonMapper JSON = new JsonMapper();

  static Answer of(HttpResponse<String> response) {
    return new Answer(
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
  }

  /** The body, if it is JSON and says so. */
  Optional<JsonNode> json() {
    if (!contentType.startsWith("application/json") || body.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(body));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** The same, where it is a list of devices without those. */
  Answer without(Set<String> uuids) {
    if (uuids.isEmpty() || !(json().orElse(null) instanceof ObjectNode object)) {
      return this;
    }
    if (object.get("hardware") instanceof ArrayNode devices) {
      devices.removeIf(device -> uuids.contains(device.path("uuid").asString("")));
    }
    return new Answer(status, contentType, object.toString());
  }
}
