package doni.simulator.ironic;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Answer;
import doni.simulator.http.PlainClient;
import doni.simulator.keystone.User;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Every exchange that was recorded with a real Ironic, in its order, with the simulated one.
 *
 * <p>What the recording does not show (a scheduler's claim, a conductor that dies, an edit of the
 * database) is arranged in between. Times and uuids that the service makes up are not compared.
 */
class TranscriptTests {

  private static final String ONE = "11111111-1111-4111-8111-111111111111";
  private static final String TWO = "22222222-2222-4222-8222-222222222222";
  private static final String FOUR = "44444444-4444-4444-8444-444444444444";
  private static final String FIVE = "55555555-5555-4555-8555-555555555555";

  private static final Set<String> MADE_UP =
      Set.of(
          "created_at",
          "updated_at",
          "provision_updated_at",
          "owner",
          "power_state",
          "links",
          "href");

  /** Nodes that were brought into their state by steps which were not recorded. */
  private static final Set<String> AS_RECORDED =
      Set.of(
          "get-active",
          "ipmi-after-wrongpw",
          "ipmi-manageable",
          "ipmi-available",
          "clean-failed-after-maint-off",
          "clean-failed-managed",
          "crashed-get",
          "no-conductor-get",
          "clean-failed",
          "cleanwait-get",
          "lasterror-stale-then-available",
          "power-fault",
          "power-fault-recovered",
          "show-password-default");

  private final Map<String, String> uuids = new HashMap<>();
  private final List<String> differences = new ArrayList<>();

  @Test
  void answersAsTheRealOne() throws IOException, InterruptedException {
    JsonNode exchanges = transcript().path("exchanges");
    try (SimulatedIronic ironic =
        new SimulatedIronic(0, Clock.systemUTC(), TranscriptTests::holder)) {
      for (JsonNode exchange : exchanges) {
        arrange(ironic, exchange);
        replay(ironic, exchange);
      }
    }

    assertThat(exchanges.size()).isGreaterThan(200);
    assertThat(differences).isEmpty();
  }

  private static JsonNode transcript() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TranscriptTests.class.getResourceAsStream("/ironic-transcript.json"))) {
      return Answer.Json.MAPPER.readTree(in);
    }
  }

  private static Optional<User> holder(String token) {
    return switch (token) {
      case "admin" -> Optional.of(user("doni", "service", List.of("admin")));
      case "alice" -> Optional.of(user("alice", "alice-proj", List.of("member")));
      default -> Optional.empty();
    };
  }

  private static User user(String name, String project, List<String> roles) {
    return new User(name, name, "", new User.Project(project, project), roles);
  }

  private void arrange(SimulatedIronic ironic, JsonNode exchange)
      throws IOException, InterruptedException {
    String id = exchange.path("id").asString();
    if (AS_RECORDED.contains(id)) {
      asRecorded(ironic, exchange);
    }
    switch (id) {
      case "patch-name-conflict" -> ironic.edit(TWO, node -> node.put("name", "nc02"));
      case "patch-available" -> {
        ironic.setState(ONE, "available");
        ironic.edit(ONE, node -> node.withObject("properties").removeAll());
        ironic.edit(
            ONE,
            node ->
                node.withObject("properties")
                    .put("capabilities", "boot_mode:uefi,boot_option:local")
                    .put("cpu_arch", "x86_64"));
      }
      case "locked-get" -> ironic.lock(ONE, "otherhost");
      case "maint-on" -> ironic.unlock(ONE);
      case "port-patch-manageable" -> {
        ironic.setState(ONE, "manageable");
        ironic.editPort("52:54:00:aa:00:01", port -> port.put("address", "52:54:00:aa:00:11"));
      }
      case "port-delete-available" -> ironic.setState(ONE, "available");
      case "port-dup-other-node" -> {
        create(ironic, TWO, "nc02", "fake-hardware");
        admin(ironic, "POST", "/v1/ports", port(TWO, "52:54:00:bb:00:01"));
        uuids.put(
            "8a26820b-3456-4f92-ab78-9a621b4169da",
            ironic.ports(TWO).getFirst().path("uuid").asString());
        admin(ironic, "DELETE", "/v1/nodes/" + mapped("316b4033-4dc4-4cf9-b996-783d13698a82"), "");
      }
      case "delete-active-maintenance" ->
          ironic.edit(ONE, node -> node.put("maintenance", true).put("protected", false));
      case "ipmi-manage-unreachable" -> {
        ironic.edit(
            FOUR,
            node ->
                node.withObject("driver_info")
                    .put("ipmi_address", "192.0.2.10")
                    .put("ipmi_port", 6299)
                    .put("ipmi_username", "admin")
                    .put("ipmi_password", "x"));
        ironic.bmcAnswers("192.0.2.10", false);
        ironic.verificationTakes(Duration.ofHours(1));
      }
      case "ipmi-after-unreachable" -> ironic.finish(FOUR);
      case "clean-enable" -> ironic.setState(FOUR, "manageable");
      case "clean-failed-provide" ->
          ironic.edit(
              FOUR,
              node ->
                  node.put("provision_state", "clean failed")
                      .put("target_provision_state", "available")
                      .put("last_error", cleanError()));
      case "crashed-patch" -> ironic.crashConductor();
      case "no-conductor-get" -> ironic.removeConductor();
      case "clean-provide" -> {
        ironic.startConductor();
        ironic.setState(FOUR, "manageable");
        ironic.edit(FOUR, node -> node.putNull("target_provision_state"));
      }
      case "cleanwait-provide" -> {
        ironic.setState(FOUR, "manageable");
        ironic.edit(
            FOUR,
            node -> {
              node.put("automated_clean", true).putNull("target_provision_state");
              node.withObject("driver_info")
                  .put("deploy_kernel", "file:///images/k")
                  .put("deploy_ramdisk", "file:///images/r");
            });
        ironic.cleaningTakes(Duration.ofHours(1));
        admin(ironic, "POST", "/v1/ports", port(FOUR, "52:54:00:cc:00:01"));
        uuids.put(
            "e27112c5-07b7-409a-9acc-e1a4170c4d2b",
            ironic.ports(FOUR).getFirst().path("uuid").asString());
      }
      case "bad-port-manage" -> {
        ironic.verificationTakes(Duration.ZERO);
        ironic.edit(FIVE, node -> node.withObject("driver_info").put("ipmi_port", "notaport"));
      }
      case "protect-manageable" -> ironic.setState(ONE, "manageable");
      case "available-with-instance" -> ironic.setState(ONE, "available");
      case "delete-manageable" -> ironic.edit(ONE, node -> node.putNull("instance_uuid"));
      default -> {}
    }
  }

  private static String cleanError() {
    return "Failed to prepare node "
        + FOUR
        + " for cleaning: Couldn't get the URL of the Ironic API service from the configuration file or keystone catalog. Keystone error: Service type baremetal with endpoint type internal not found in keystone service catalog.";
  }

  private void create(SimulatedIronic ironic, String uuid, String name, String driver)
      throws IOException, InterruptedException {
    admin(
        ironic,
        "POST",
        "/v1/nodes",
        "{\"uuid\": \"%s\", \"name\": \"%s\", \"driver\": \"%s\"}".formatted(uuid, name, driver));
  }

  private static String port(String node, String address) {
    return "{\"node_uuid\": \"%s\", \"address\": \"%s\"}".formatted(node, address);
  }

  private void admin(SimulatedIronic ironic, String method, String path, String body)
      throws IOException, InterruptedException {
    try (PlainClient client = client(ironic, "admin", "1.51")) {
      var reply = client.send(method, path, "application/json", body);
      assertThat(reply.status()).as(method + " " + path).isLessThan(300);
    }
  }

  private static PlainClient client(SimulatedIronic ironic, String token, String version) {
    return new PlainClient(
        ironic.uri(), Map.of("X-Auth-Token", token, "X-OpenStack-Ironic-API-Version", version));
  }

  private void asRecorded(SimulatedIronic ironic, JsonNode exchange)
      throws IOException, InterruptedException {
    JsonNode body = exchange.path("response").path("body");
    String uuid = body.path("uuid").asString();
    if (ironic.node(uuid).isEmpty()) {
      create(ironic, uuid, body.path("name").asString(), body.path("driver").asString());
    }
    ironic.edit(
        uuid,
        node -> body.properties().forEach(entry -> node.set(entry.getKey(), entry.getValue())));
  }

  private void replay(SimulatedIronic ironic, JsonNode exchange)
      throws IOException, InterruptedException {
    String id = exchange.path("id").asString();
    JsonNode request = exchange.path("request");
    Map<String, String> headers = new HashMap<>();
    headers.put("X-Auth-Token", id.endsWith("-alice") ? "alice" : "admin");
    headers.put("X-OpenStack-Ironic-API-Version", "1.51");
    if (request.has("headers")) {
      headers.clear();
      request
          .path("headers")
          .properties()
          .forEach(entry -> {
            String value = entry.getValue().asString();
            headers.put(entry.getKey(), value.equals("<masked>") ? "admin" : value);
          });
    }
    ironic.showPasswords(id.equals("show-password"));
    if (id.equals("show-password")) {
      ironic.edit(FOUR, node -> node.withObject("driver_info").put("ipmi_password", "password"));
    }
    String body =
        request.has("raw_body")
            ? request.path("raw_body").asString()
            : request.has("body") ? mapped(request.path("body").toString()) : "";
    try (PlainClient client = new PlainClient(ironic.uri(), headers)) {
      PlainClient.Reply reply =
          client.send(
              request.path("method").asString(),
              mapped(request.path("path").asString()),
              "application/json",
              body);
      compare(id, exchange.path("response"), reply);
    }
  }

  private String mapped(String text) {
    String mapped = text;
    for (var uuid : uuids.entrySet()) {
      mapped = mapped.replace(uuid.getKey(), uuid.getValue());
    }
    return mapped;
  }

  private void compare(String id, JsonNode recorded, PlainClient.Reply reply) {
    if (recorded.path("status").asInt() != reply.status()) {
      differences.add(
          "%s: %d, but %d %s"
              .formatted(id, recorded.path("status").asInt(), reply.status(), reply.body()));
      return;
    }
    recorded
        .path("headers")
        .properties()
        .forEach(header -> {
          String value = reply.headers().get(header.getKey());
          if (!header.getKey().equals("location") && !header.getValue().asString().equals(value)) {
            differences.add("%s: header %s is %s".formatted(id, header.getKey(), value));
          }
        });
    if (recorded.has("body")) {
      compare(id, "", recorded.path("body"), reply.body());
    }
  }

  private void compare(String id, String path, JsonNode recorded, JsonNode seen) {
    if (recorded.isObject()) {
      for (var property : recorded.properties()) {
        String key = property.getKey();
        JsonNode value = seen.path(key);
        if (key.equals("uuid") && path.isEmpty() && value.isString()) {
          uuids.putIfAbsent(property.getValue().asString(), value.asString());
        }
        if (!MADE_UP.contains(key)) {
          compare(id, path + "/" + key, property.getValue(), value);
        }
      }
    } else if (recorded.isArray() && recorded.size() == seen.size()) {
      for (int i = 0; i < recorded.size(); i++) {
        compare(id, path + "/" + i, recorded.get(i), seen.get(i));
      }
    } else if (!agree(recorded, seen)) {
      differences.add("%s%s: %s, but %s".formatted(id, path, recorded, seen));
    }
  }

  private boolean agree(JsonNode recorded, JsonNode seen) {
    if (recorded.isNull()) {
      return seen.isNull() || seen.isMissingNode();
    }
    if (recorded.isString() && recorded.asString().startsWith("{\"")) {
      return words(mapped(recorded.asString())).equals(words(seen.asString("")));
    }
    return recorded.isString()
        ? mapped(recorded.asString()).equals(seen.asString(""))
        : recorded.equals(seen);
  }

  /** An error's own words; the order of a set in them changes from process to process. */
  private static String words(String json) {
    JsonNode error = Answer.Json.MAPPER.readTree(json);
    String text = error.path("faultstring").asString(error.path("description").asString(""));
    return text.replaceAll("\\(physical_network.*?\\)|\\(local_link_connection.*?\\)", "()")
        .replaceAll("object at 0x\\p{XDigit}+|ECONNREFUSED.*", "");
  }
}
