package doni.simulator.blazar;

import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /devices} or {@code /os-hosts}. Hosts are as the code says, devices as they were seen. */
final class ResourceApi {

  private static final Set<String> DRIVERS = Set.of("k8s", "k3s", "zun");
  private static final Set<String> TYPES = Set.of("container", "vm", "shell");
  private static final String DRIVER = "device_driver";
  private static final String TYPE = "device_type";
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_COLUMN = 255;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Store store;
  private final boolean host;

  ResourceApi(Store store, boolean host) {
    this.store = store;
    this.host = host;
  }

  Answer list(Request request, Caller caller) {
    ObjectNode body = NODES.objectNode();
    ArrayNode all = body.putArray(host ? "hosts" : "devices");
    store.rows(host).values().forEach(row -> all.add(row.json(host)));
    return Answer.json(200, body);
  }

  Answer get(Request request, Caller caller) {
    return Answer.json(200, one(row(request)));
  }

  Answer allocations(Request request, Caller caller) {
    String wanted = request.query("lease_id").orElse("");
    ObjectNode body = NODES.objectNode();
    ArrayNode all = body.putArray("allocations");
    for (Row row : store.rows(host).values()) {
      ArrayNode reservations = all.addObject().put("resource_id", row.id).putArray("reservations");
      store
          .holding(row)
          .filter(lease -> wanted.isEmpty() || lease.id.equals(wanted))
          .forEach(lease -> reservations.add(lease.allocation()));
    }
    return Answer.json(200, body);
  }

  Answer properties(Request request, Caller caller) {
    ObjectNode body = NODES.objectNode();
    ArrayNode all = body.putArray("resource_properties");
    store.rows(host).values().stream()
        .flatMap(row -> row.capabilities.keySet().stream())
        .distinct()
        .forEach(key -> {
          ObjectNode property = all.addObject().put("property", key).put("private", false);
          ArrayNode values = property.putArray("values");
          store.rows(host).values().stream()
              .filter(row -> row.capabilities.containsKey(key))
              .map(row -> row.value(key))
              .distinct()
              .forEach(values::add);
          property.put("is_unique", false);
        });
    return Answer.json(200, body);
  }

  Answer create(Request request, Caller caller) {
    if (request.mediaType().isEmpty()) {
      throw BlazarError.uncaught();
    }
    JsonNode body = request.json();
    if (!body.isObject()) {
      throw BlazarError.uncaught();
    }
    store.makeTrust(caller);
    if (!body.path("name").isString()) {
      throw BlazarError.of(403, "Invalid values for host " + python(body));
    }
    String name = body.path("name").asString();
    Row row = host ? newHost(name) : newDevice(name, body);
    addCapabilities(row, body);
    if (!host) {
      store.nodes.label(name, row.id);
    }
    return Answer.json(201, one(row));
  }

  private Row newDevice(String name, JsonNode body) {
    String driver = body.path(DRIVER).asString("");
    if (!DRIVERS.contains(driver)) {
      throw BlazarError.uncaught();
    }
    if (!store.nodes.isThere(name)) {
      throw BlazarError.of(404, "Device '" + name + "' not found!");
    }
    for (var property : body.properties()) {
      if (property.getKey().length() > LONGEST_KEY) {
        throw BlazarError.of(400, "Capability name " + property.getKey() + " is too long");
      }
    }
    if (store.uniqueNames && !store.deviceNames.add(name)) {
      throw BlazarError.of(500, "Duplicate entry for ['name'] in Device model was found");
    }
    Row row = new Row(UUID.randomUUID().toString(), name, store.stamp());
    row.columns.put(TYPE, body.path(TYPE).asString("container"));
    row.columns.put(DRIVER, driver);
    store.devices.put(row.id, row);
    return row;
  }

  private Row newHost(String name) {
    if (!store.hypervisors.contains(name) && !store.nodes.isHypervisor(name)) {
      throw BlazarError.of(404, "Host '" + name + "' not found!");
    }
    if (store.occupied.contains(name)) {
      throw BlazarError.of(409, "Servers ['an-instance'] found for host " + name);
    }
    if (!store.providers.add(name)) {
      throw BlazarError.of(409, "Resource provider 'blazar_" + name + "' already exists");
    }
    Row row = new Row(Integer.toString(store.hosts.size() + 1), name, store.stamp());
    row.columns.put("vcpus", "1");
    row.columns.put("hypervisor_type", "ironic");
    store.hosts.put(row.id, row);
    return row;
  }

  /** One by one, and nothing is undone when one of them fails. */
  private void addCapabilities(Row row, JsonNode body) {
    List<String> refused = new ArrayList<>();
    for (var property : body.properties()) {
      String key = property.getKey();
      if (!key.equals("name") && !row.columns.containsKey(key)) {
        String value = text(property.getValue());
        if (value == null) {
          throw BlazarError.uncaught();
        }
        if (store.clashing.remove(key)) {
          refused.add("'" + key + "'");
        } else {
          row.capabilities.put(key, value);
        }
      }
    }
    refuse(row, refused);
  }

  private static void refuse(Row row, List<String> keys) {
    if (!keys.isEmpty()) {
      throw BlazarError.of(
          409,
          "Can't add extracapabilities [%s] to Host %s".formatted(String.join(", ", keys), row.id));
    }
  }

  Answer update(Request request, Caller caller) {
    Row row = row(request);
    JsonNode body = request.json();
    if (body.isEmpty()) {
      throw BlazarError.noData();
    }
    List<String> ruled = new ArrayList<>();
    for (var property : body.properties()) {
      check(row, property.getKey(), property.getValue(), ruled);
    }
    refuse(row, ruled);
    List<String> refused = new ArrayList<>();
    for (var property : body.properties()) {
      set(row, property.getKey(), property.getValue(), refused);
    }
    refuse(row, refused);
    return Answer.json(200, one(row));
  }

  private void check(Row row, String key, JsonNode value, List<String> ruled) {
    if (!host && (key.equals(TYPE) || key.equals(DRIVER))) {
      boolean known = (key.equals(TYPE) ? TYPES : DRIVERS).contains(value.asString(""));
      if (!known) {
        throw BlazarError.uncaught();
      }
      return;
    }
    boolean stored = row.capabilities.containsKey(key);
    boolean storable = value.isNull() ? stored : text(value) != null;
    if (!storable || key.length() > LONGEST_COLUMN) {
      throw BlazarError.uncaught();
    }
    if (host) {
      boolean inARule =
          store.holding(row).anyMatch(lease -> lease.rule.contains("\"$" + key + "\""));
      if (inARule) {
        ruled.add("'" + key + "'");
      }
    } else if (stored && !store.changeableCapabilities) {
      throw BlazarError.uncaught();
    } else if (stored && store.holding(row).findAny().isPresent()) {
      throw BlazarError.of(500, "The device resource type is not supported");
    }
  }

  private void set(Row row, String key, JsonNode value, List<String> refused) {
    String text = text(value);
    if (row.columns.containsKey(key) && text != null) {
      row.columns.put(key, text);
    } else if (text == null) {
      row.capabilities.remove(key);
    } else if (store.clashing.remove(key)) {
      refused.add("'" + key + "'");
    } else {
      row.capabilities.put(key, text);
    }
  }

  Answer delete(Request request, Caller caller) {
    Row row = row(request);
    if (store.holding(row).findAny().isPresent()) {
      throw BlazarError.of(
          409,
          host
              ? "Can't delete host " + row.id + ". The host is reserved."
              : "Can't delete device " + row.id + ". The device is reserved.");
    }
    if (host && store.occupied.contains(row.name)) {
      throw BlazarError.of(409, "Servers ['an-instance'] found for host " + row.name);
    }
    store.rows(host).remove(row.id);
    store.providers.remove(row.name);
    if (!host) {
      if (!store.nodes.isThere(row.name)) {
        throw BlazarError.uncaught();
      }
      store.nodes.unlabel(row.name);
    }
    return Answer.json(200, NODES.objectNode());
  }

  private Row row(Request request) {
    String id = request.variable("id");
    Row row = store.rows(host).get(id);
    if (row == null) {
      String key = host ? "host_id" : "device_id";
      throw BlazarError.of(404, "Object with {'%s': '%s'} not found".formatted(key, id));
    }
    return row;
  }

  private ObjectNode one(Row row) {
    ObjectNode body = NODES.objectNode();
    body.set(host ? "host" : "device", row.json(host));
    return body;
  }

  /** Null for what the database does not take. */
  private static @Nullable String text(JsonNode value) {
    if (value.isBoolean()) {
      return value.asBoolean() ? "1" : "0";
    }
    return value.isString() || value.isNumber() ? value.asString() : null;
  }

  private static String python(JsonNode body) {
    List<String> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : body.properties()) {
      entries.add("'%s': '%s'".formatted(entry.getKey(), entry.getValue().asString("")));
    }
    return "{" + String.join(", ", entries) + "}";
  }
}
