package doni.simulator.tunelo;

import doni.simulator.http.Refusal;
import doni.simulator.http.Request;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What Tunelo checks of a body, and how it says so. */
final class Schemas {

  private static final List<String> REQUIRED = List.of("project_id", "channel_type", "properties");
  private static final Set<String> OF_A_CREATION =
      Set.of("project_id", "channel_type", "properties", "name", "subnet", "channel_address");
  private static final Set<String> OF_AN_UPDATE = Set.of("name", "properties");

  JsonNode creation(Request request) {
    JsonNode body = body(request, "CreateChannel");
    refuseUnknown(body, OF_A_CREATION, "channel_definition");
    for (String key : REQUIRED) {
      if (!body.has(key)) {
        throw invalid("channel_definition", "'" + key + "' is a required property (in '')");
      }
    }
    JsonNode key = body.path("properties").path("public_key");
    if (key.isMissingNode()) {
      throw invalid(
          "channel_definition",
          "'public_key' is a required property (in '.properties.properties')");
    }
    if (!key.isString()) {
      throw invalid(
          "channel_definition",
          "None is not of type 'string' (in '.properties.properties.properties.public_key')");
    }
    String type = body.path("channel_type").asString("");
    if (!type.equals("wireguard")) {
      throw TuneloError.refusal(400, "Unknown channel type " + type);
    }
    return body;
  }

  JsonNode update(Request request) {
    JsonNode body = body(request, "UpdateChannel");
    refuseUnknown(body, OF_AN_UPDATE, "patch");
    String endpoint = body.path("properties").path("endpoint").asString("");
    if (endpoint.contains(":")) {
      throw invalid(
          "patch",
          "'"
              + endpoint
              + "' is not valid under any of the given schemas (in '.properties.properties.properties.endpoint')");
    }
    return body;
  }

  private static JsonNode body(Request request, String operation) {
    if (!request.mediaType().equals("application/json") || request.body().isBlank()) {
      throw TuneloError.badRequest();
    }
    JsonNode body;
    try {
      body = request.json();
    } catch (JacksonException _) {
      throw TuneloError.badRequest();
    }
    if (body.isEmpty()) {
      throw TuneloError.refusal(400, "No channel information provided for " + operation + ".");
    }
    return body;
  }

  private static void refuseUnknown(JsonNode body, Set<String> known, String schema) {
    for (String key : body.propertyNames()) {
      if (!known.contains(key)) {
        throw invalid(
            schema, "Additional properties are not allowed ('" + key + "' was unexpected) (in '')");
      }
    }
  }

  private static Refusal invalid(String schema, String text) {
    return TuneloError.refusal(400, "SchemaObject error for " + schema + ": " + text);
  }
}
