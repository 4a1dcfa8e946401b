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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/nodes}. */
final class NodeApi {

  private static final String PATCHABLE =
      "automated_clean, bios_interface, boot_interface, chassis_uuid, conductor_group, console_interface, deploy_interface, description, driver, driver_info, extra, inspect_interface, instance_info, instance_uuid, lessee, maintenance, management_interface, name, network_data, network_interface, owner, power_interface, properties, protected, protected_reason, raid_interface, rescue_interface, resource_class, retired, retired_reason, shard, storage_interface, vendor_interface";

  private static final Set<String> MAY_BE_PATCHED = Set.of(PATCHABLE.split(", "));
  private static final Set<String> NEWER_THAN_1_51 =
      Set.of("retired", "retired_reason", "lessee", "network_data", "shard");
  private static final List<String> RESERVED =
      List.of("maintenance", "management", "states", "vendor_passthru", "detail", "validate");
  private static final List<String> BRIEF =
      List.of("uuid", "instance_uuid", "maintenance", "power_state", "provision_state", "name");
  private static final List<String> STATES =
      List.of(
          "console_enabled",
          "last_error",
          "power_state",
          "provision_state",
          "provision_updated_at",
          "raid_config",
          "target_power_state",
          "target_provision_state",
          "target_raid_config");
  private static final Set<String> DRIVERS = Set.of("fake-hardware", "ipmi");
  private static final Set<String> RESOURCE_CLASS_STATES =
      Set.of("enroll", "inspecting", "inspect wait", "manageable", "available");
  private static final Set<String> DELETABLE =
      Set.of("manageable", "enroll", "adopt failed", "available");

  /** Has a target that it is not on its way to. */
  private static final Set<String> AT_REST = Set.of("clean failed", "inspect failed");

  private final Conductor conductor;
  private volatile boolean showPasswords;

  NodeApi(Conductor conductor) {
    this.conductor = conductor;
  }

  void showPasswords(boolean show) {
    showPasswords = show;
  }

  void register(Router router, Api api) {
    router
        .route("GET", "/v1/nodes", api.with(this::list))
        .route("POST", "/v1/nodes", api.with(this::create))
        .route("GET", "/v1/nodes/detail", api.with(this::listDetailed))
        .route("GET", "/v1/nodes/{node}", api.with(this::show))
        .route("PATCH", "/v1/nodes/{node}", api.with(this::patch))
        .route("DELETE", "/v1/nodes/{node}", api.with(this::delete))
        .route("GET", "/v1/nodes/{node}/states", api.with(this::states))
        .route("GET", "/v1/nodes/{node}/validate", api.with(this::validate))
        .route("PUT", "/v1/nodes/{node}/states/provision", api.with(this::provision))
        .route("PUT", "/v1/nodes/{node}/maintenance", api.with(this::startMaintenance))
        .route("DELETE", "/v1/nodes/{node}/maintenance", api.with(this::endMaintenance));
  }

  private Answer list(Request request, Api.Caller caller) {
    boolean detailed = Api.detailed(request);
    List<String> fields = Api.fields(request);
    return page(request, caller, detailed ? List.of() : fields.isEmpty() ? BRIEF : fields);
  }

  private Answer listDetailed(Request request, Api.Caller caller) {
    return page(request, caller, List.of());
  }

  private Answer page(Request request, Api.Caller caller, List<String> keys) {
    List<ObjectNode> visible =
        conductor.nodes().values().stream()
            .filter(node -> isVisible(node, caller))
            .map(node -> shown(node, caller))
            .toList();
    return Api.page(request, "nodes", visible, keys);
  }

  private static boolean isVisible(ObjectNode node, Api.Caller caller) {
    return caller.isAdmin() || node.path("owner").asString("").equals(caller.user().project().id());
  }

  private ObjectNode visible(Request request, Api.Caller caller) {
    String name = request.variable("node");
    if (!isLogicalName(name)) {
      throw new Refusal(name, IronicError.routing(400, "Expected UUID or name for node: " + name));
    }
    ObjectNode node = conductor.node(name);
    if (!isVisible(node, caller)) {
      throw IronicError.nodeNotFound(name);
    }
    return node;
  }

  private Answer show(Request request, Api.Caller caller) {
    ObjectNode node = visible(request, caller);
    return Answer.json(200, Documents.only(shown(node, caller), Api.fields(request)));
  }

  private Answer states(Request request, Api.Caller caller) {
    return Answer.json(200, Documents.only(visible(request, caller), STATES));
  }

  private Answer validate(Request request, Api.Caller caller) {
    ObjectNode _ = visible(request, caller);
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    for (String name :
        List.of(
            "boot",
            "deploy",
            "management",
            "network",
            "power",
            "bios",
            "console",
            "inspect",
            "raid",
            "rescue",
            "storage")) {
      body.putObject(name).put("result", true);
    }
    return Answer.json(200, body);
  }

  private ObjectNode shown(ObjectNode node, Api.Caller caller) {
    ObjectNode shown = node.deepCopy();
    if (!showPasswords) {
      ObjectNode info = (ObjectNode) shown.get("driver_info");
      for (var entry : node.path("driver_info").properties()) {
        if (entry.getKey().toLowerCase(Locale.ROOT).contains("password")) {
          info.put(entry.getKey(), "******");
        }
      }
    }
    if (caller.minor() < 2 && Conductor.state(node).equals("available")) {
      shown.putNull("provision_state");
    }
    if (caller.minor() < 5) {
      shown.remove("name");
    }
    if (caller.minor() < 21) {
      shown.remove("resource_class");
    }
    return shown;
  }

  private Answer create(Request request, Api.Caller caller) {
    JsonNode wish = request.json();
    caller.demandAdmin("node:create");
    check(wish, caller);
    conductor.demandAlive();
    if (!DRIVERS.contains(wish.path("driver").asString())) {
      throw noDriver(wish.path("driver").asString());
    }
    String uuid =
        wish.path("uuid").isString() ? wish.path("uuid").asString() : UUID.randomUUID().toString();
    if (conductor.nodes().containsKey(uuid)) {
      throw IronicError.client(409, "A node with UUID " + uuid + " already exists.");
    }
    demandFree(wish.path("name"), uuid);
    ObjectNode node =
        Documents.node(
            uuid, wish.path("driver").asString(), conductor.now(), caller.user().project().id());
    wish.properties().forEach(entry -> node.set(entry.getKey(), entry.getValue()));
    if (caller.minor() < 11) {
      node.put("provision_state", "available");
    }
    conductor.nodes().put(uuid, node);
    return Api.created("/v1/nodes/" + uuid, shown(node, caller));
  }

  private static void check(JsonNode wish, Api.Caller caller) {
    if (!wish.path("driver").isString()) {
      throw schema("'driver' is a required property");
    }
    for (var entry : wish.properties()) {
      String key = entry.getKey();
      if (NEWER_THAN_1_51.contains(key) && caller.minor() <= 51) {
        throw IronicError.client(406, "Request not acceptable.");
      }
      if (!MAY_BE_PATCHED.contains(key) && !key.equals("uuid")) {
        throw schema("Additional properties are not allowed ('" + key + "' was unexpected)");
      }
    }
    String resourceClass = wish.path("resource_class").asString("");
    if (resourceClass.length() > 80) {
      throw schema("'" + resourceClass + "' is too long");
    }
    if (wish.path("uuid").isString() && !Api.isUuid(wish.path("uuid").asString())) {
      throw IronicError.client(400, "Expected UUID for uuid: " + wish.path("uuid").asString());
    }
    if (wish.path("name").isString()) {
      checkName(wish.path("name").asString(), "Cannot create node with invalid name '%s'");
    }
  }

  private static Refusal schema(String text) {
    return IronicError.client(400, "Schema error for node: " + text);
  }

  private static void checkName(String name, String complaint) {
    if (RESERVED.contains(name)) {
      throw IronicError.client(
          400,
          "The word \"%s\" is reserved and can not be used as a node name. Reserved words are: %s."
              .formatted(name, String.join(", ", RESERVED)));
    }
    if (!isLogicalName(name) || Api.isUuid(name)) {
      throw IronicError.client(400, complaint.formatted(name));
    }
  }

  private static boolean isLogicalName(String name) {
    return name.matches("[A-Za-z0-9\\-._~]{1,255}");
  }

  private static Refusal noDriver(String driver) {
    return IronicError.client(
        400,
        "No valid host was found. Reason: No conductor service registered which supports driver %s for conductor group \"\"."
            .formatted(driver));
  }

  private void demandFree(JsonNode name, String uuid) {
    Optional<ObjectNode> other =
        conductor.nodes().values().stream()
            .filter(node -> name.isString() && node.path("name").equals(name))
            .filter(node -> !node.path("uuid").asString().equals(uuid))
            .findFirst();
    if (other.isPresent()) {
      throw IronicError.client(409, "A node with name " + name.asString() + " already exists.");
    }
  }

  private Answer patch(Request request, Api.Caller caller) {
    JsonNode patch = request.json();
    ObjectNode node = visible(request, caller);
    String uuid = node.path("uuid").asString();
    Patches.check(patch);
    for (JsonNode step : patch) {
      if (!MAY_BE_PATCHED.contains(Patches.root(step))) {
        throw IronicError.client(
            400,
            "Cannot patch /%s. Only the following can be updated: %s"
                .formatted(Patches.root(step), PATCHABLE));
      }
    }
    ObjectNode patched = node.deepCopy();
    Patches.apply(patched, patch);
    if (patched.path("name").isString() && !patched.path("name").equals(node.path("name"))) {
      checkName(
          patched.path("name").asString(),
          "Node " + uuid + ": Cannot change name to invalid name '%s'");
    }
    conductor.demandAlive();
    checkDriver(request, node, patched);
    conductor.demandUnlocked(node);
    checkState(node, patched);
    demandFree(patched.path("name"), uuid);
    conductor.touch(patched);
    node.removeAll();
    patched.properties().forEach(entry -> node.set(entry.getKey(), entry.getValue()));
    ObjectNode shown = shown(node, caller);
    // The lock of this very call.
    shown.put("reservation", Conductor.HOST);
    return Answer.json(200, shown);
  }

  private static void checkDriver(Request request, ObjectNode node, ObjectNode patched) {
    String driver = patched.path("driver").asString();
    if (node.path("driver").asString().equals(driver)) {
      return;
    }
    if (!DRIVERS.contains(driver)) {
      throw noDriver(driver);
    }
    if (request.query("reset_interfaces").filter("true"::equals).isEmpty()) {
      throw IronicError.client(
          400,
          "raid interface implementation '<ironic.drivers.modules.fake.FakeRAID>' is not supported by hardware type IPMIHardware.");
    }
    Documents.interfaces(patched, driver);
  }

  private static void checkState(ObjectNode node, ObjectNode patched) {
    String uuid = node.path("uuid").asString();
    String state = Conductor.state(node);
    if (node.path("target_provision_state").isString() && !AT_REST.contains(state)) {
      throw IronicError.client(
          409,
          "Node %s can not be updated while a state transition is in progress.".formatted(uuid));
    }
    if (!node.path("resource_class").equals(patched.path("resource_class"))
        && !RESOURCE_CLASS_STATES.contains(state)
        && !node.path("maintenance").asBoolean(false)) {
      throw IronicError.client(
          409,
          "Node %s can not have resource_class updated unless it is in one of allowed (enroll, inspecting, inspect wait, manageable, available) states."
              .formatted(uuid));
    }
    boolean protects =
        patched.path("protected").asBoolean(false) && !node.path("protected").asBoolean(false);
    if (protects && !state.equals("active") && !state.equals("rescue")) {
      throw IronicError.client(
          409,
          "Node %s can only be made protected in provision states 'active' or 'rescue', the current state is '%s'"
              .formatted(uuid, state));
    }
  }

  private Answer delete(Request request, Api.Caller caller) {
    ObjectNode node = visible(request, caller);
    String uuid = node.path("uuid").asString();
    conductor.demandAlive();
    conductor.demandUnlocked(node);
    boolean maintenance = node.path("maintenance").asBoolean(false);
    if (!maintenance && node.path("instance_uuid").isString()) {
      throw IronicError.client(
          409,
          "Node %s is associated with instance %s."
              .formatted(uuid, node.path("instance_uuid").asString()));
    }
    if (!maintenance && !DELETABLE.contains(Conductor.state(node))) {
      throw IronicError.client(
          409,
          "Can not delete node \"%s\" while it is in provision state \"%s\". Valid provision states to perform deletion are: \"('manageable', 'enroll', 'adopt failed', 'available')\", or set the node into maintenance mode"
              .formatted(uuid, Conductor.state(node)));
    }
    if (!maintenance && node.path("protected").asBoolean(false)) {
      throw IronicError.client(
          403, "Node %s is protected and cannot be undeployed, rebuilt or deleted".formatted(uuid));
    }
    conductor.nodes().remove(uuid);
    conductor.ports().values().removeIf(port -> port.path("node_uuid").asString().equals(uuid));
    return Answer.empty(204);
  }

  private Answer provision(Request request, Api.Caller caller) {
    JsonNode body = request.json();
    ObjectNode node = visible(request, caller);
    if (!body.path("target").isString()) {
      throw IronicError.client(400, "Missing mandatory parameter: target");
    }
    conductor.demandAlive();
    if (node.path("reservation").isString()) {
      conductor.demandUnlocked(node);
    }
    conductor.move(node, body.path("target").asString());
    return Api.location(202, "/v1/nodes/" + node.path("uuid").asString() + "/states");
  }

  private Answer startMaintenance(Request request, Api.Caller caller) {
    ObjectNode node = visible(request, caller);
    conductor.demandUnlocked(node);
    node.put("maintenance", true);
    node.set("maintenance_reason", request.json().path("reason"));
    return Answer.empty(202);
  }

  private Answer endMaintenance(Request request, Api.Caller caller) {
    ObjectNode node = visible(request, caller);
    conductor.demandUnlocked(node);
    node.put("maintenance", false).putNull("maintenance_reason").putNull("fault");
    return Answer.empty(202);
  }
}
