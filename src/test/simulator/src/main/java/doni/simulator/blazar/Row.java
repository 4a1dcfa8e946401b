package doni.simulator.blazar;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A device or a host in the database. */
final class Row {

  final String id;
  final String name;
  final String createdAt;
  final Map<String, String> columns = new TreeMap<>();
  final Map<String, String> capabilities = new TreeMap<>();
  boolean reservable = true;

  Row(String id, String name, String createdAt) {
    this.id = id;
    this.name = name;
    this.createdAt = createdAt;
  }

  ObjectNode json(boolean host) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("created_at", createdAt)
        .putNull("updated_at")
        .put("id", id)
        .put(host ? "hypervisor_hostname" : "name", name);
    columns.forEach(json::put);
    json.put("reservable", reservable);
    // A capability hides the column of its name.
    capabilities.forEach(json::put);
    return json;
  }

  String value(String key) {
    return capabilities.getOrDefault(key, columns.getOrDefault(key, ""));
  }
}
