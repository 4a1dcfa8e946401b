package doni.simulator.ironic;

import doni.simulator.http.Answer;
import doni.simulator.http.Refusal;
import doni.simulator.http.Request;
import doni.simulator.http.Router;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/ports}. */
final class PortApi {

  private static final List<String> BRIEF = List.of("uuid", "address");
  private static final Set<String> LINK_KEYS = Set.of("switch_id", "port_id", "switch_info");
  private static final Set<String> CONNECTIVITY_STATES =
      Set.of("enroll", "inspecting", "inspect wait", "manageable");
  private static final List<String> CONNECTIVITY =
      List.of("physical_network", "local_link_connection", "pxe_enabled", "portgroup_uuid");

  private final Conductor conductor;

  PortApi(Conductor conductor) {
    this.conductor = conductor;
  }

  void register(Router router, Api api) {
    router
        .route("GET", "/v1/ports", api.with(this::list))
        .route("POST", "/v1/ports", api.with(this::create))
        .route("GET", "/v1/ports/{port}", api.with(this::show))
        .route("PATCH", "/v1/ports/{port}", api.with(this::patch))
        .route("DELETE", "/v1/ports/{port}", api.with(this::delete))
        .route("GET", "/v1/nodes/{node}/ports", api.with(this::listOfNode));
  }

  private Answer list(Request request, Api.Caller caller) {
    Stream<ObjectNode> found =
        caller.isAdmin() ? conductor.ports().values().stream() : Stream.empty();
    Optional<String> node = request.query("node").or(() -> request.query("node_uuid"));
    if (node.isPresent()) {
      JsonNode uuid = conductor.node(node.get()).path("uuid");
      found = found.filter(port -> port.path("node_uuid").equals(uuid));
    }
    Optional<String> address = request.query("address").map(text -> text.toLowerCase(Locale.ROOT));
    if (address.isPresent()) {
      found = found.filter(port -> port.path("address").asString().equals(address.get()));
    }
    return page(request, found.toList());
  }

  private Answer listOfNode(Request request, Api.Caller caller) {
    caller.demandAdmin("port:list");
    JsonNode uuid = conductor.node(request.variable("node")).path("uuid");
    return page(
        request,
        conductor.ports().values().stream()
            .filter(port -> port.path("node_uuid").equals(uuid))
            .toList());
  }

  private static Answer page(Request request, List<ObjectNode> ports) {
    boolean detailed = Api.detailed(request);
    List<String> fields = Api.fields(request);
    return Api.page(
        request, "ports", ports, detailed ? List.of() : fields.isEmpty() ? BRIEF : fields);
  }

  private ObjectNode port(Request request) {
    String uuid = request.variable("port");
    ObjectNode port = conductor.ports().get(uuid);
    if (port == null) {
      throw IronicError.portNotFound(uuid);
    }
    return port;
  }

  private Answer show(Request request, Api.Caller caller) {
    caller.demandAdmin("port:get");
    return Answer.json(200, Documents.only(port(request), Api.fields(request)));
  }

  private Answer create(Request request, Api.Caller caller) {
    JsonNode wish = request.json();
    caller.demandAdmin("port:create");
    if (!wish.path("node_uuid").isString()) {
      throw IronicError.client(400, "Schema error for port: 'node_uuid' is a required property");
    }
    String address = wish.path("address").asString("");
    if (!address.matches("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}")) {
      throw IronicError.client(400, "Expected valid MAC address for address: " + address);
    }
    checkLink(wish.path("local_link_connection"));
    String nodeName = wish.path("node_uuid").asString();
    ObjectNode node =
        conductor
            .find(nodeName)
            .orElseThrow(
                () -> IronicError.client(400, "Node " + nodeName + " could not be found."));
    conductor.demandAlive();
    conductor.demandUnlocked(node);
    demandFree(address.toLowerCase(Locale.ROOT), "");
    String uuid = UUID.randomUUID().toString();
    ObjectNode port = Documents.port(uuid, wish, conductor.now());
    normalise(port);
    conductor.ports().put(uuid, port);
    return Api.created("/v1/ports/" + uuid, port);
  }

  private static void normalise(ObjectNode port) {
    if (port.get("local_link_connection") instanceof ObjectNode link && link.has("switch_id")) {
      link.put("switch_id", link.path("switch_id").asString().toLowerCase(Locale.ROOT));
    }
  }

  private static void checkLink(JsonNode link) {
    if (link.isMissingNode() || link.isEmpty()) {
      return;
    }
    for (String key : List.of("switch_id", "port_id")) {
      if (!link.has(key)) {
        throw invalidLink(link, "'" + key + "' is a required property");
      }
    }
    for (var entry : link.properties()) {
      if (!LINK_KEYS.contains(entry.getKey())) {
        throw invalidLink(
            link,
            "Additional properties are not allowed ('" + entry.getKey() + "' was unexpected)");
      }
      if (entry.getValue().isNull()) {
        throw invalidLink(link, "'hostname' is a required property");
      }
    }
    String switchId = link.path("switch_id").asString();
    if (!switchId.matches("(\\p{XDigit}{2}:){5}\\p{XDigit}{2}|\\p{XDigit}{16}")) {
      throw IronicError.client(
          400, "Expected a MAC address or OpenFlow datapath ID but received " + switchId + ".");
    }
  }

  private static Refusal invalidLink(JsonNode link, String cause) {
    return IronicError.client(
        400,
        "Schema error for local_link_connection: %s is not valid under any of the given schemas. Possible root cause: %s"
            .formatted(Documents.python(link), cause));
  }

  private void demandFree(String address, String uuid) {
    boolean taken =
        conductor.ports().values().stream()
            .anyMatch(port ->
                port.path("address").asString().equals(address)
                    && !port.path("uuid").asString().equals(uuid));
    if (taken) {
      throw IronicError.client(409, "A port with MAC address " + address + " already exists.");
    }
  }

  private Answer patch(Request request, Api.Caller caller) {
    JsonNode patch = request.json();
    caller.demandAdmin("port:update");
    ObjectNode port = port(request);
    Patches.check(patch);
    ObjectNode patched = port.deepCopy();
    Patches.apply(patched, patch);
    checkLink(patched.path("local_link_connection"));
    normalise(patched);
    ObjectNode node = conductor.node(port.path("node_uuid").asString());
    conductor.demandAlive();
    conductor.demandUnlocked(node);
    checkState(node, port, patched);
    demandFree(patched.path("address").asString(), port.path("uuid").asString());
    conductor.touch(patched);
    patched.properties().forEach(entry -> port.set(entry.getKey(), entry.getValue()));
    return Answer.json(200, port);
  }

  private static void checkState(ObjectNode node, ObjectNode port, ObjectNode patched) {
    String state = Conductor.state(node);
    String nodeUuid = node.path("uuid").asString();
    boolean rewired =
        CONNECTIVITY.stream().anyMatch(key -> !port.path(key).equals(patched.path(key)));
    if (rewired
        && !CONNECTIVITY_STATES.contains(state)
        && !node.path("maintenance").asBoolean(false)) {
      throw IronicError.client(
          409,
          "Port %s can not have any connectivity attributes (physical_network, local_link_connection, pxe_enabled, portgroup_id) updated unless node %s is in a enroll, inspecting, inspect wait, manageable state or in maintenance mode. The current state is %s."
              .formatted(port.path("uuid").asString(), nodeUuid, state));
    }
    boolean inUse = state.equals("active") || node.path("instance_uuid").isString();
    if (inUse && !port.path("address").equals(patched.path("address"))) {
      throw IronicError.client(
          409,
          "Cannot update hardware address for port %s as node %s is active or has instance UUID assigned"
              .formatted(port.path("uuid").asString(), nodeUuid));
    }
  }

  private Answer delete(Request request, Api.Caller caller) {
    caller.demandAdmin("port:delete");
    ObjectNode port = port(request);
    conductor.demandAlive();
    conductor.demandUnlocked(conductor.node(port.path("node_uuid").asString()));
    conductor.ports().remove(port.path("uuid").asString());
    return Answer.empty(204);
  }
}
