package doni.simulator.balena;

import doni.simulator.balena.Keys.Caller;
import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the supervisor of a device asks of Balena, with the key of its {@code config.json}: the
 * state that the device is to have, with the variables of each service.
 *
 * <p>A device that asks is online, and offline when it has not asked for {@link #PATIENCE}; the VPN
 * by which a real server knows that is not simulated.
 */
final class SupervisorApi {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Keys keys;
  private final Resources resources;
  private final Clock clock;
  private final Map<String, Instant> askedAt = new ConcurrentHashMap<>();
  private volatile Map<String, String> fleetVariables = Map.of();

  SupervisorApi(Keys keys, Resources resources, Clock clock) {
    this.keys = keys;
    this.resources = resources;
    this.clock = clock;
  }

  /** Sets the variables that the operator of the site gave to all fleets. */
  void fleetVariables(Map<String, String> variables) {
    fleetVariables = Map.copyOf(variables);
  }

  Answer state(Request request) {
    String uuid = request.variable("uuid");
    ObjectNode device = resources.locked(tables -> device(tables, uuid));
    if (!keys.caller(request)
        .filter(new Caller.Device(device.path("id").asLong())::equals)
        .isPresent()) {
      throw Refused.empty(401);
    }
    askedAt.put(uuid, clock.instant());
    resources.locked(_ -> online(device, true));
    return Answer.json(200, resources.locked(tables -> state(tables, uuid, device)));
  }

  /** Marks as offline who no longer asks; a listing shows the devices as they are then. */
  void expire() {
    Instant latest = clock.instant().minus(PATIENCE);
    askedAt.forEach((uuid, asked) -> {
      if (asked.isBefore(latest) && askedAt.remove(uuid, asked)) {
        resources.locked(tables ->
            tables.where("device", row -> row.path("uuid").asString().equals(uuid)).stream()
                .map(row -> online(row, false))
                .toList());
      }
    });
  }

  private ObjectNode online(ObjectNode device, boolean online) {
    if (device.path("is_online").asBoolean(false) != online) {
      device.put("is_online", online).put("last_connectivity_event", clock.instant().toString());
    }
    return device;
  }

  private static ObjectNode device(Tables tables, String uuid) {
    return tables.where("device", row -> row.path("uuid").asString().equals(uuid)).stream()
        .findFirst()
        .orElseThrow(() -> Refused.empty(401));
  }

  private ObjectNode state(Tables tables, String uuid, ObjectNode device) {
    ObjectNode state = JsonNodeFactory.instance.objectNode();
    ObjectNode services =
        state
            .putObject(uuid)
            .put("name", device.path("device_name").asString())
            .putObject("apps")
            .putObject("app")
            .putObject("releases")
            .putObject("release")
            .putObject("services");
    for (ObjectNode install : tables.linked("device", device, "service_install")) {
      ObjectNode environment =
          services
              .putObject(
                  tables
                      .linked("service_install", install, "installs__service")
                      .getFirst()
                      .path("service_name")
                      .asString())
              .putObject("environment");
      fleetVariables.forEach(environment::put);
      tables
          .linked("device", device, "device_environment_variable")
          .forEach(variable -> put(environment, variable));
      tables
          .linked("service_install", install, "device_service_environment_variable")
          .forEach(variable -> put(environment, variable));
    }
    return state;
  }

  private static void put(ObjectNode environment, ObjectNode variable) {
    environment.put(variable.path("name").asString(), variable.path("value").asString());
  }
}
