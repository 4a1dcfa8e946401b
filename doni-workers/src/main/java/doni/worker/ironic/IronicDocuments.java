package doni.worker.ironic;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import doni.openstack.ServiceResponse;
import doni.worker.ironic.IronicObservedState.IronicNode;
import doni.worker.ironic.IronicObservedState.IronicPort;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads nodes and ports from Ironic's JSON. */
final class IronicDocuments {

  /** Reads one document of an answer. */
  interface Reader<T> {
    T read(ServiceResponse answer, JsonNode document);
  }

  private IronicDocuments() {}

  static IronicNode node(ServiceResponse answer, JsonNode json) {
    return new IronicNode(
        required(answer, json, "uuid"),
        text(json, "name"),
        text(json, "driver"),
        text(json, "resource_class"),
        map(json.path("driver_info")),
        map(json.path("properties")),
        required(answer, json, "provision_state"),
        text(json, "last_error"),
        text(json, "reservation"),
        json.path("maintenance").asBoolean(false),
        text(json, "maintenance_reason"),
        text(json, "fault"),
        text(json, "power_state"),
        text(json, "instance_uuid"));
  }

  static IronicPort port(ServiceResponse answer, JsonNode json) {
    return new IronicPort(
        required(answer, json, "uuid"),
        required(answer, json, "node_uuid"),
        required(answer, json, "address").toLowerCase(Locale.ROOT),
        map(json.path("extra")),
        json.path("pxe_enabled").asBoolean(true),
        map(json.path("local_link_connection")));
  }

  private static String required(ServiceResponse answer, JsonNode json, String name) {
    String value = text(json, name);
    if (value == null) {
      throw BackendException.answered(
          answer.service(),
          answer.status(),
          "the response to %s lacks %s".formatted(answer.request(), name),
          answer.request().isWrite(),
          null);
    }
    return value;
  }

  private static @Nullable String text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    return value.isString() ? value.asString() : null;
  }

  private static Map<String, Object> map(JsonNode json) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (var property : json.properties()) {
      JsonNode value = property.getValue();
      String key = property.getKey();
      if (value.isNull()) {
        continue;
      }
      if (key.toLowerCase(Locale.ROOT).contains("password")) {
        map.put(key, new Secret(value.asString()));
      } else if (value.isNumber()) {
        map.put(key, value.numberValue());
      } else {
        map.put(key, value.isString() ? value.asString() : value.toString());
      }
    }
    return map;
  }
}
