package doni.simulator.tunelo;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Answer.Json;
import doni.simulator.keystone.SimulatedKeystone;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Replays what a real Tunelo was asked and answered, so that the simulated one cannot drift from
 * it.
 */
@NullMarked
class TranscriptTests {

  private static final String PROJECT = "96061d84f6714a3eb9e9f101fd676d0a";
  private static final String ORDINARY_PORT = "634089fd-c334-4597-a751-dac7e186d05a";
  private static final String OF_OTHERS = "6eaa6bd8-377c-4ae3-8e2d-6ce92ad2439a";

  private final SimulatedKeystone keystone = new SimulatedKeystone(0, Clock.systemUTC());
  private final String project = keystone.user("doni").project().id();
  private final SimulatedTunelo tunelo =
      new SimulatedTunelo(0, Clock.systemUTC(), keystone::isValid, project);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Likeness likeness = new Likeness();
  private final Map<String, Runnable> before = new HashMap<>();

  /** What was done to the real site between the calls. */
  TranscriptTests() {
    tunelo.newHubsAreReady(false);
    before.put(
        "create, service has no default subnet and no subnet given",
        () -> tunelo.defaultSubnet(false));
    before.put("get unknown", () -> tunelo.defaultSubnet(true));
    before.put("create, no wireguard agent registered", () -> tunelo.agents(false));
    before.put("create first channel (hub is created too)", () -> tunelo.agents(true));
    before.put("get after the agent brought the hub up", tunelo::makeHubsReady);
    before.put(
        "get of an ordinary port", () -> likeness.learn(ORDINARY_PORT, tunelo.addOrdinaryPort()));
    before.put("create: network service's port quota is used up", () -> tunelo.quotaUsedUp(true));
    before.put("create on a /29 subnet #1", () -> tunelo.quotaUsedUp(false));
    before.put(
        "delete by a member of another project",
        () -> likeness.learn(OF_OTHERS, tunelo.addChannel("another client's")));
    before.put("list when one port has an unknown channel type", () -> tunelo.oddPort(true));
    before.put(
        "create w/o Accept header",
        () -> {
          tunelo.oddPort(false);
          tunelo.clear();
        });
    before.put("list while the network service is down", () -> tunelo.networkDown(true));
    before.put("update: name only, channel with a peer", () -> tunelo.networkDown(false));
  }

  @AfterEach
  void close() {
    http.close();
    tunelo.close();
    keystone.close();
  }

  @Test
  void answersAsTheRealOneDid() throws Exception {
    likeness.learn(PROJECT, project);
    int replayed = 0;
    for (JsonNode exchange : transcript().path("exchanges")) {
      String label = exchange.path("label").asString("");
      before.getOrDefault(label, () -> {}).run();
      if (exchange.has("request")) {
        HttpResponse<String> response = send(label, exchange.path("request"));
        JsonNode recorded = exchange.path("response");

        assertThat(response.statusCode()).as(label).isEqualTo(recorded.path("status").asInt());
        assertThat(likeness.differences(body(recorded.path("body")), body(response.body())))
            .as(label)
            .isEmpty();
        replayed++;
      }
    }
    assertThat(replayed).isGreaterThan(60);
    assertThat(before.keySet()).isSubsetOf(labels());
  }

  private HttpResponse<String> send(String label, JsonNode recorded) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(tunelo.uri() + likeness.actual(recorded.path("path").asString(""))));
    if (label.contains("bad token")) {
      request.header("X-Auth-Token", "nonsense");
    } else if (!label.contains("no token") && !label.contains("no auth")) {
      String user = label.contains("alice") || label.contains("another project") ? "alice" : "doni";
      request.header("X-Auth-Token", keystone.token(user));
    }
    JsonNode body = recorded.path("body");
    if (!body.isMissingNode() && !label.contains("without content-type")) {
      request.header("Content-Type", "application/json");
    }
    String text = body.isString() ? body.asString() : body.isMissingNode() ? "" : body.toString();
    return http.send(
        request
            .method(
                recorded.path("method").asString(""),
                text.isEmpty()
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(likeness.actual(text)))
            .build(),
        BodyHandlers.ofString());
  }

  private static JsonNode body(JsonNode recorded) {
    return recorded.isNull() || recorded.isMissingNode() ? body("") : recorded;
  }

  private static JsonNode body(String actual) {
    try {
      return actual.startsWith("{")
          ? Json.MAPPER.readTree(actual)
          : JsonNodeFactory.instance.stringNode(actual);
    } catch (JacksonException _) {
      return JsonNodeFactory.instance.stringNode(actual);
    }
  }

  private static List<String> labels() throws IOException {
    List<String> labels = new ArrayList<>();
    transcript()
        .path("exchanges")
        .forEach(exchange -> labels.add(exchange.path("label").asString("")));
    return labels;
  }

  private static JsonNode transcript() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TranscriptTests.class.getResourceAsStream("/tunelo/transcript.json"))) {
      return Json.MAPPER.readTree(in);
    }
  }
}
