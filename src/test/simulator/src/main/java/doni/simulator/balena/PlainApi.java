package doni.simulator.balena;

import doni.simulator.balena.Keys.Caller;
import doni.simulator.http.Answer;
import doni.simulator.http.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The calls outside of the OData resources. */
final class PlainApi {

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Keys keys;
  private final Resources resources;
  private final Supplier<String> userKey;

  PlainApi(Keys keys, Resources resources, Supplier<String> userKey) {
    this.keys = keys;
    this.resources = resources;
    this.userKey = userKey;
  }

  Answer login(Request request) {
    if (!request.json().path("username").asString("").equals("admin@example.com")) {
      throw Refused.empty(401);
    }
    String session = keys.issue(new Caller.User(true));
    return new Answer.Full(200, java.util.Map.of(), "text/plain; charset=utf-8", session);
  }

  Answer userKey(Request request) {
    if (!(caller(request) instanceof Caller.User(boolean session)) || !session) {
      throw Refused.empty(401);
    }
    return Answer.json(200, NODES.stringNode(userKey.get()));
  }

  Answer whoami(Request request) {
    ObjectNode self = NODES.objectNode();
    return switch (caller(request)) {
      case Caller.User _ ->
          Answer.json(
              200,
              self.put("id", 2)
                  .put("actorType", "user")
                  .put("actorTypeId", 2)
                  .put("username", "admin")
                  .put("email", "admin@example.com"));
      case Caller.Device(long id) ->
          Answer.json(
              200,
              self.put("id", id + 4)
                  .put("actorType", "device")
                  .put("actorTypeId", id)
                  .put("uuid", uuid(id)));
      case Caller.Fleet(long id) ->
          Answer.json(
              200, self.put("id", id + 2).put("actorType", "application").put("actorTypeId", id));
    };
  }

  private String uuid(long device) {
    return resources
        .locked(tables -> tables.find("device", device))
        .map(row -> row.path("uuid").asString())
        .orElseThrow(() ->
            Refused.text(401, "Actor " + (device + 4) + " is not associated to any resource"));
  }

  Answer register(Request request) {
    Caller caller = keys.caller(request).orElse(null);
    if (caller == null || (caller instanceof Caller.User(boolean session) && session)) {
      return Answer.json(401, NODES.objectNode().put("error", "API key required"));
    }
    JsonNode body = Resources.body(request);
    if (!body.path("application").isIntegralNumber()) {
      throw Refused.text(400, "Application ID must be a valid integer");
    }
    String type = body.path("device_type").asString("");
    if (type.isEmpty()) {
      throw Refused.text(400, "Device type must be specified");
    }
    String uuid = body.path("uuid").asString("");
    if (uuid.isEmpty()) {
      throw Refused.text(400, "UUID must be specified");
    }
    Rules.uuid(uuid);
    long fleet = body.path("application").asLong();
    if (caller instanceof Caller.Device
        || (caller instanceof Caller.Fleet(long id) && id != fleet)) {
      throw Refused.empty(401);
    }
    ObjectNode row = resources.register(uuid, fleet, type, body.path("api_key").asString(""));
    return Answer.json(201, row);
  }

  Answer provisioningKey(Request request) {
    requireUser(request);
    long fleet = Rules.id(NODES.stringNode(request.variable("id")));
    if (resources.locked(tables -> tables.find("application", fleet)).isEmpty()) {
      throw Refused.plain(500, "No application found to associate with the api key");
    }
    return Answer.json(200, NODES.stringNode(keys.issue(new Caller.Fleet(fleet))));
  }

  /** Of a path that starts with digits, the server takes these as the id and ignores the rest. */
  Answer deviceKey(Request request) {
    requireUser(request);
    if (!Character.isDigit(request.variable("id").charAt(0))) {
      throw Refused.plain(400, "Device id must be a number");
    }
    JsonNode body = Resources.body(request);
    if (body.path("name").isNumber()) {
      throw Refused.empty(400);
    }
    if (body.path("expiryDate").isString()) {
      try {
        var _ = Instant.parse(body.path("expiryDate").asString());
      } catch (DateTimeException _) {
        throw Refused.text(400, "Key expiry date should be a valid date");
      }
    }
    long device = Rules.id(NODES.stringNode(request.variable("id")));
    if (resources.locked(tables -> tables.find("device", device)).isEmpty()) {
      throw Refused.plain(500, "No device found to associate with the api key");
    }
    return Answer.json(200, NODES.stringNode(keys.issue(new Caller.Device(device))));
  }

  private Caller caller(Request request) {
    return keys.caller(request).orElseThrow(() -> Refused.empty(401));
  }

  private void requireUser(Request request) {
    if (!(caller(request) instanceof Caller.User)) {
      throw Refused.empty(401);
    }
  }
}
