package doni.simulator.balena;

import doni.simulator.balena.Keys.Caller;
import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The OData resources. */
final class Resources {

  private static final Set<String> PUBLIC = Set.of("device_type", "application", "service");
  private static final String DEVICE_VARIABLE = "device_environment_variable";
  private static final String SERVICE_VARIABLE = "device_service_environment_variable";
  private static final int LARGEST = 512 * 1024;

  /** In the order of their ids. */
  private static final List<String> TYPES =
      List.of(
          "fincm3",
          "generic-amd64",
          "genericx86-64-ext",
          "raspberry-pi2",
          "raspberrypi3-64",
          "jetson-nano",
          "raspberry-pi",
          "intel-nuc",
          "raspberrypi3",
          "jetson-tx2",
          "raspberrypi4-64",
          "revpi-core-3",
          "spacely-tx2",
          "srd3-tx2",
          "surface-go",
          "surface-pro-6",
          "up-board");

  private final Keys keys;
  private final Clock clock;
  private final Tables tables = new Tables();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, List<Long>> released = new HashMap<>();
  private final List<Runnable> background = new ArrayList<>();
  private boolean late;

  Resources(Keys keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
    for (String slug : TYPES) {
      ObjectNode type = stored("device_type", row -> row.put("slug", slug).put("name", name(slug)));
      stored(
          "device_type_alias",
          row -> {
            row.put("is_referenced_by__alias", slug);
            row.set("references__device_type", Tables.reference(type.path("id").asLong()));
          });
    }
  }

  <T> T locked(Function<Tables, T> work) {
    lock.lock();
    try {
      return work.apply(tables);
    } finally {
      lock.unlock();
    }
  }

  Answer get(Request request) {
    Caller caller = keys.caller(request).orElse(null);
    Query query = QueryParser.parse(request, path(request));
    if (caller == null && !PUBLIC.contains(query.table())) {
      throw Refused.empty(401);
    }
    return locked(_ -> {
      List<ObjectNode> rows = query.rows(tables);
      return Answer.json(200, query.answer(tables, visible(query.table(), rows, caller)));
    });
  }

  private static List<ObjectNode> visible(
      String table, List<ObjectNode> rows, @Nullable Caller caller) {
    if (caller == null && !table.equals("device_type")) {
      return List.of();
    }
    return caller instanceof Caller.Device(long id) && table.equals("device")
        ? rows.stream().filter(row -> row.path("id").asLong() == id).toList()
        : rows;
  }

  Answer post(Request request) {
    requireUser(request);
    Query query = QueryParser.parse(request, path(request));
    JsonNode body = body(request);
    boolean idOnly = request.query("returnResource").filter("false"::equals).isPresent();
    return locked(_ -> {
      ObjectNode row = create(query.table(), body);
      ObjectNode shown =
          idOnly ? JsonNodeFactory.instance.objectNode().put("id", row.path("id").asLong()) : row;
      return Answer.json(201, shown);
    });
  }

  private ObjectNode create(String table, JsonNode body) {
    Rules.known(table, body);
    return switch (table) {
      case DEVICE_VARIABLE -> createVariable(table, "device", "device", body);
      case SERVICE_VARIABLE -> createVariable(table, "service_install", "service_install", body);
      case "device" -> createDevice(body);
      case "service" ->
          stored(
              table,
              row -> {
                row.put("service_name", body.path("service_name").asString());
                row.set("application", Tables.reference(Rules.id(body.path("application"))));
              });
      case "service_install" -> install(body);
      default -> throw Refused.empty(401);
    };
  }

  private ObjectNode createDevice(JsonNode body) {
    Rules.uuid(body.path("uuid").asString(""));
    long id = tables.nextId("device");
    if (!body.has("belongs_to__application") || !body.has("is_of__device_type")) {
      throw Refused.empty(500);
    }
    if (isTaken(body.path("uuid").asString())) {
      throw Refused.text(409, "\"uuid\" must be unique.");
    }
    long fleet = Rules.id(body.path("belongs_to__application"));
    requireFleet(fleet);
    ObjectNode row =
        device(
            id,
            body.path("uuid").asString(),
            body.path("device_name").asString("quiet-" + word(id)),
            fleet,
            Rules.id(body.path("is_of__device_type")));
    return row;
  }

  private ObjectNode install(JsonNode body) {
    long device = Rules.id(body.path("device"));
    long service = Rules.id(body.path("installs__service"));
    if (!tables
        .where(
            "service_install",
            row ->
                Tables.id(row, "device") == device
                    && Tables.id(row, "installs__service") == service)
        .isEmpty()) {
      var _ = tables.nextId("service_install");
      throw Refused.text(409, "\"device\" and \"installs__service\" must be unique.");
    }
    return install(device, service);
  }

  private ObjectNode install(long device, long service) {
    return stored(
        "service_install",
        row -> {
          row.set("device", Tables.reference(device));
          row.set("installs__service", Tables.reference(service));
        });
  }

  private ObjectNode createVariable(String table, String link, String target, JsonNode body) {
    Rules.variable(body);
    if (!body.has(link)) {
      throw Refused.empty(500);
    }
    long owner = Rules.id(body.path(link));
    boolean exists = tables.find(target, owner).isPresent();
    if (!exists && link.equals("service_install")) {
      throw Refused.empty(401);
    }
    long id = tables.nextId(table);
    if (!body.has("value")) {
      throw Refused.empty(500);
    }
    if (!exists) {
      throw Refused.text(409, "Data is referenced by device.");
    }
    String name = body.path("name").asString();
    if (!tables.where(table, row -> isVariable(row, link, owner, name)).isEmpty()) {
      throw Refused.text(
          409,
          link.equals("device")
              ? "\"device\" and \"name\" must be unique."
              : "\"device\" and \"service\" and \"name\" must be unique.");
    }
    return stored(
        table,
        id,
        row -> {
          row.set(link, Tables.reference(owner));
          row.put("name", name).put("value", body.path("value").asString());
        });
  }

  private static boolean isVariable(ObjectNode row, String link, long owner, String name) {
    return Tables.id(row, link) == owner && row.path("name").asString().equals(name);
  }

  Answer patch(Request request) {
    requireUser(request);
    Query query = QueryParser.parse(request, path(request));
    JsonNode body = body(request);
    if (body.isEmpty()) {
      throw Refused.text(400, "No fields to update");
    }
    return locked(_ -> {
      Rules.known(query.table(), body);
      List<ObjectNode> rows = query.rows(tables);
      check(query.table(), body);
      rows.forEach(row -> change(query.table(), row, body));
      return Answer.empty(200);
    });
  }

  private void check(String table, JsonNode body) {
    if (table.equals(DEVICE_VARIABLE) || table.equals(SERVICE_VARIABLE)) {
      Rules.variable(body);
    }
    if (body.has("device_name")) {
      Rules.deviceName(body.path("device_name"));
    }
    if (body.has("is_of__device_type")) {
      if (tables.find("device_type", Rules.id(body.path("is_of__device_type"))).isEmpty()) {
        throw Refused.text(409, "Data is referenced by is_of__device_type.");
      }
    }
    if (body.has("belongs_to__application")
        && tables.find("application", Rules.id(body.path("belongs_to__application"))).isEmpty()) {
      throw Refused.text(404, "Application doesn't exist or you have no access to it.");
    }
  }

  void change(String table, ObjectNode row, JsonNode body) {
    body.properties()
        .forEach(field -> {
          boolean link = Tables.link(table, field.getKey()).isPresent();
          row.set(
              field.getKey(),
              link ? Tables.reference(Rules.id(field.getValue())) : field.getValue());
        });
    row.put("modified_at", now());
    if (body.has("belongs_to__application")) {
      tables
          .linked("device", row, "service_install")
          .forEach(install -> tables.delete("service_install", install.path("id").asLong()));
      installServices(row);
    }
    if (body.has("is_connected_to_vpn")) {
      row.put("is_online", body.path("is_connected_to_vpn").asBoolean());
      row.put("last_connectivity_event", now());
    }
  }

  /** Replaces a device variable; fails for the variable of a service. */
  Answer put(Request request) {
    requireUser(request);
    Query query = QueryParser.parse(request, path(request));
    JsonNode body = body(request);
    if (!query.table().equals(DEVICE_VARIABLE)) {
      throw Refused.empty(500);
    }
    return locked(_ -> {
      query.rows(tables).forEach(row -> tables.delete(query.table(), row.path("id").asLong()));
      create(query.table(), body);
      return Answer.empty(200);
    });
  }

  Answer delete(Request request) {
    requireUser(request);
    Query query = QueryParser.parse(request, path(request));
    return locked(_ -> {
      query.rows(tables).forEach(row -> tables.delete(query.table(), row.path("id").asLong()));
      return Answer.empty(200);
    });
  }

  /** Returns the body of the answer to a registration. */
  ObjectNode register(String uuid, long fleet, String slug, String chosenKey) {
    return locked(_ -> {
      if (isTaken(uuid)) {
        throw Refused.plain(409, "\"uuid\" must be unique.");
      }
      long type =
          tables.where("device_type", row -> row.path("slug").asString().equals(slug)).stream()
              .findFirst()
              .orElseThrow(() -> Refused.text(404, "Unknown device type " + slug))
              .path("id")
              .asLong();
      if (keys.isInUse(chosenKey)) {
        throw Refused.text(409, "\"key\" must be unique.");
      }
      long id = tables.nextId("device");
      requireFleet(fleet);
      Caller.Device self = new Caller.Device(id);
      device(id, uuid, "quiet-" + word(id), fleet, type);
      return JsonNodeFactory.instance
          .objectNode()
          .put("id", id)
          .put("uuid", uuid)
          .put("api_key", chosenKey.isEmpty() ? keys.issue(self) : keys.adopt(chosenKey, self));
    });
  }

  ObjectNode addDevice(String uuid, long fleet, String slug) {
    return register(uuid, fleet, slug, "");
  }

  private void requireFleet(long fleet) {
    if (tables.find("application", fleet).isEmpty()) {
      throw Refused.text(409, "Data is referenced by belongs_to__application.");
    }
  }

  private boolean isTaken(String uuid) {
    return !tables.where("device", row -> row.path("uuid").asString().equals(uuid)).isEmpty();
  }

  private ObjectNode device(long id, String uuid, String name, long fleet, long type) {
    ObjectNode device =
        stored(
            "device",
            id,
            row -> {
              row.put("uuid", uuid).put("device_name", name).put("is_online", false);
              row.putNull("note").putNull("last_connectivity_event");
              row.put("api_heartbeat_state", "unknown").put("is_connected_to_vpn", false);
              row.put("overall_status", "configuring");
              row.set("belongs_to__application", Tables.reference(fleet));
              row.set("is_of__device_type", Tables.reference(type));
            });
    installServices(device);
    return device;
  }

  private void installServices(ObjectNode device) {
    Runnable work =
        () ->
            released
                .getOrDefault(Tables.id(device, "belongs_to__application"), List.of())
                .forEach(service -> install(device.path("id").asLong(), service));
    if (late) {
      background.add(work);
    } else {
      work.run();
    }
  }

  void installLate(boolean asked) {
    locked(_ -> late = asked);
  }

  void catchUp() {
    locked(_ -> {
      background.forEach(Runnable::run);
      background.clear();
      return true;
    });
  }

  long addFleet(String organization, String name, String slug) {
    return locked(_ ->
        stored(
                "application",
                row -> {
                  row.put("app_name", name).put("slug", organization + "/" + name);
                  row.put("uuid", UUID.randomUUID().toString().replace("-", ""));
                  row.set("is_for__device_type", Tables.reference((long) TYPES.indexOf(slug) + 1));
                })
            .path("id")
            .asLong());
  }

  void release(long fleet, List<String> names) {
    locked(_ -> {
      List<Long> services = new ArrayList<>();
      for (String name : names) {
        services.add(service(fleet, name));
      }
      released.put(fleet, services);
      tables
          .where("device", row -> Tables.id(row, "belongs_to__application") == fleet)
          .forEach(this::installServices);
      return true;
    });
  }

  private long service(long fleet, String name) {
    return tables
        .where(
            "service",
            row ->
                Tables.id(row, "application") == fleet
                    && row.path("service_name").asString().equals(name))
        .stream()
        .findFirst()
        .orElseGet(() ->
            stored(
                "service",
                row -> {
                  row.put("service_name", name);
                  row.set("application", Tables.reference(fleet));
                }))
        .path("id")
        .asLong();
  }

  void remove(String table, long id) {
    locked(_ -> {
      tables.delete(table, id);
      return true;
    });
  }

  void setEveryVariable(String uuid, String name, String value) {
    locked(_ -> {
      for (String table : List.of(DEVICE_VARIABLE, SERVICE_VARIABLE)) {
        tables
            .where(table, row -> row.path("name").asString().equals(name) && isOf(row, uuid))
            .forEach(row -> row.put("value", value));
      }
      return true;
    });
  }

  private boolean isOf(ObjectNode variable, String uuid) {
    long install = Tables.id(variable, "service_install");
    long device =
        tables
            .find("service_install", install)
            .map(row -> Tables.id(row, "device"))
            .orElseGet(() -> Tables.id(variable, "device"));
    return tables
        .find("device", device)
        .filter(row -> row.path("uuid").asString().equals(uuid))
        .isPresent();
  }

  private ObjectNode stored(String table, java.util.function.Consumer<ObjectNode> fill) {
    return stored(table, tables.nextId(table), fill);
  }

  private ObjectNode stored(String table, long id, java.util.function.Consumer<ObjectNode> fill) {
    ObjectNode row = JsonNodeFactory.instance.objectNode().put("id", id);
    if (Tables.hasField(table, "created_at")) {
      row.put("created_at", now()).put("modified_at", now());
    }
    fill.accept(row);
    tables.put(table, row);
    return row;
  }

  /** Silently ignores a body whose content type is not JSON, as the server does. */
  static JsonNode body(Request request) {
    if (request.body().length() > LARGEST) {
      throw Refused.plain(413, "<!DOCTYPE html>");
    }
    return request.mediaType().equals("application/json") && !request.body().isEmpty()
        ? request.json()
        : JsonNodeFactory.instance.objectNode();
  }

  private void requireUser(Request request) {
    if (!(keys.caller(request).orElse(null) instanceof Caller.User)) {
      throw Refused.empty(401);
    }
  }

  private static String path(Request request) {
    return request.path().substring("/v7/".length());
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static String name(String slug) {
    return slug.equals("raspberrypi4-64") ? "Raspberry Pi 4 (using 64bit OS)" : slug;
  }

  private static String word(long id) {
    return Long.toString(id, 26)
        .chars()
        .mapToObj(c -> String.valueOf((char) (c < 'a' ? c - '0' + 'a' : c)))
        .reduce("", String::concat);
  }
}
