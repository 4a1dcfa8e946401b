package doni.simulator.blazar;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.http.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Says to the simulation all that was said to a real Blazar, in the same order, and expects the
 * same answers. Ids are remembered as they come; the clock follows the recorded one.
 */
@NullMarked
class TranscriptTests {

  private static final Pattern STAMP =
      Pattern.compile(
          "\"(?:created|updated)_at\":\"(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d)\"");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}");
  private static final String DONI = "96061d84f6714a3eb9e9f101fd676d0a";
  private static final String ALICE = "bb9990c70cbb45f380336245377484cf";

  private static final Map<String, Caller> CALLERS =
      Map.of(
          "doni", new Caller("adda98931bd84e0f9d53a80aa5d88dac", DONI, true, true),
          "alice", new Caller("0123456789abcdef0123456789abcdef", ALICE, false, true),
          "credential", new Caller("adda98931bd84e0f9d53a80aa5d88dac", DONI, true, false));

  /** Which node is gone, or back, before that exchange. */
  private static final Map<String, String> GONE =
      Map.of(
          "delete when k8s node is gone", "edge-04",
          "delete active lease when the k8s node is gone", "edge-30",
          "lease now, node missing", "edge-31",
          "delete a PENDING lease while the k8s node is missing", "edge-90");

  private static final Map<String, String> BACK =
      Map.of(
          "delete that lease, node back", "edge-31",
          "delete an ACTIVE lease, node present", "edge-90");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-22T17:44:40Z"));
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return Objects.requireNonNull(now.get());
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };
  private final SettableNodes nodes = new SettableNodes();
  private final SimulatedBlazar blazar =
      new SimulatedBlazar(0, clock, token -> Optional.ofNullable(CALLERS.get(token)), nodes);
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> ids = new HashMap<>();

  @BeforeEach
  void asItWas() {
    blazar.serveHosts(false);
  }

  @AfterEach
  void close() {
    http.close();
    blazar.close();
  }

  @Test
  void answersAsTheRealOne() throws IOException, InterruptedException {
    int played = 0;
    for (JsonNode exchange : transcript().path("exchanges")) {
      // Races have a result only, of many requests at once.
      if (exchange.has("request")) {
        prepare(exchange);
        play(exchange);
        played++;
      }
    }
    assertThat(played).isGreaterThan(170);
  }

  private static JsonNode transcript() throws IOException {
    try (InputStream in = TranscriptTests.class.getResourceAsStream("/blazar-transcript.json")) {
      return Answer.Json.MAPPER.readTree(Objects.requireNonNull(in));
    }
  }

  private void prepare(JsonNode exchange) throws IOException, InterruptedException {
    String label = exchange.path("label").asString();
    Matcher stamps = STAMP.matcher(exchange.path("response").toString());
    while (stamps.find()) {
      Instant stamp = Instant.parse(stamps.group(1) + "T" + stamps.group(2) + "Z");
      now.updateAndGet(before -> stamp.isAfter(before) ? stamp : before);
    }
    JsonNode request = exchange.path("request");
    if (request.path("method").asString().equals("POST")
        && request.path("path").asString().equals("/devices")) {
      String name = request.path("body").path("name").asString("");
      if (exchange.path("response").path("status").asInt() == 404) {
        nodes.leave(name);
      } else {
        nodes.join(name);
      }
    }
    if (GONE.containsKey(label)) {
      nodes.leave(GONE.getOrDefault(label, ""));
    }
    if (BACK.containsKey(label)) {
      nodes.join(BACK.getOrDefault(label, ""));
    }
    blazar.changeableCapabilities(label.startsWith("corrected build"));
    whatIsNotInTheTranscript(label);
  }

  /** Some of what it speaks of was made by requests that were not recorded. */
  private void whatIsNotInTheTranscript(String label) throws IOException, InterruptedException {
    switch (label) {
      case "lease starting in the current minute" ->
          device(
              "533826f6-dcf6-42bb-b4d5-a36178c9e6c0",
              "edge-10",
              "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa");
      case "PUT A so that it overlaps B: accepted" -> {
        device("", "edge-11", "uid-11");
        lease(
            "7cbadcb1-7489-4f77-9ab0-ad818f34d439",
            "availability_window_A",
            "uid-11",
            "2026-11-23 18:01",
            "2026-11-24 18:01");
        lease(
            "4a7f2340-6cb2-4bf8-87ae-952ac4c16091",
            "availability_window_B",
            "uid-11",
            "2026-11-25 18:01",
            "2026-11-27 18:01");
      }
      case "future lease: PUT start 'now'" -> {
        device("", "edge-12", "uid-12");
        lease(
            "ae6fbf75-b499-4564-9178-717c8d87748f",
            "availability_window_now",
            "uid-12",
            "2026-12-01 18:05",
            "2026-12-03 18:05");
      }
      case "PUT device_type and device_driver only (columns, not capabilities)" ->
          device(
              "2767e7ba-f010-4e0c-bd6e-e68ecb3a344e",
              "edge-90",
              "f0f0f0f0-aaaa-4aaa-8aaa-f0f0f0f0f0f0");
      case "delete a PENDING lease while the k8s node is missing" ->
          lease(
              "ab5cdbe6-4a07-4ed1-a287-bf639fb7faba",
              "pending",
              "f0f0f0f0-aaaa-4aaa-8aaa-f0f0f0f0f0f0",
              "2026-12-01 18:05",
              "2026-12-03 18:05");
      case "delete an ACTIVE lease, node present" ->
          lease(
              "7d4be018-49d3-4f2a-a9d6-38c208fde0fb",
              "active",
              "f0f0f0f0-aaaa-4aaa-8aaa-f0f0f0f0f0f0",
              "now",
              "2026-12-03 18:05");
      default -> {}
    }
  }

  private void device(String recordedId, String name, String uid)
      throws IOException, InterruptedException {
    nodes.join(name);
    String body = "{\"name\":\"%s\",\"device_driver\":\"k8s\",\"uid\":\"%s\"}".formatted(name, uid);
    remember(recordedId, send("doni", "POST", "/devices", body, Map.of(), true), "/device/id");
  }

  private void lease(String recordedId, String name, String uid, String start, String end)
      throws IOException, InterruptedException {
    String body =
        """
        {"name":"%s","start_date":"%s","end_date":"%s","reservations":[{"resource_type":"device",
         "min":1,"max":1,"resource_properties":"[\\"==\\",\\"$uid\\",\\"%s\\"]"}]}
        """
            .formatted(name, start, end, uid);
    remember(recordedId, send("doni", "POST", "/leases", body, Map.of(), true), "/lease/id");
  }

  private void remember(String recordedId, HttpResponse<String> made, String pointer) {
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    if (!recordedId.isEmpty()) {
      ids.put(recordedId, Answer.Json.MAPPER.readTree(made.body()).at(pointer).asString());
    }
  }

  private void play(JsonNode exchange) throws IOException, InterruptedException {
    String label = exchange.path("label").asString();
    JsonNode request = exchange.path("request");
    JsonNode body = request.path("body");
    String text = body.isMissingNode() ? "" : body.isString() ? body.asString() : body.toString();
    Map<String, String> headers =
        label.startsWith("microversion")
            ? Map.of("OpenStack-API-Version", "reservation " + label.substring(13))
            : Map.of();
    HttpResponse<String> answer =
        send(
            caller(label),
            request.path("method").asString(),
            ours(request.path("path").asString()),
            ours(text),
            headers,
            !label.contains("WITHOUT Accept"));
    JsonNode expected = exchange.path("response");
    assertThat(answer.statusCode())
        .as("%s: %s", label, answer.body())
        .isEqualTo(expected.path("status").asInt());
    if (expected.path("body").isContainer()) {
      matches(label, expected.path("body"), Answer.Json.MAPPER.readTree(answer.body()));
    }
  }

  private static String caller(String label) {
    return switch (label) {
      case "no token" -> "";
      case "bad token" -> "nonsense";
      case "lease, no project authorized" -> "alice";
      default ->
          label.startsWith("ac-")
              ? "credential"
              : label.contains("non-admin")
                      || label.contains("as alice")
                      || label.contains("by alice")
                  ? "alice"
                  : "doni";
    };
  }

  private HttpResponse<String> send(
      String caller,
      String method,
      String path,
      String body,
      Map<String, String> headers,
      boolean accepting)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(blazar.endpoint() + path))
            .method(method, BodyPublishers.ofString(body));
    headers.forEach(request::header);
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (!caller.isEmpty()) {
      request.header("X-Auth-Token", caller);
    }
    if (accepting) {
      request.header("Accept", "application/json");
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /** Recorded ids replaced by those of the simulation. */
  private String ours(String text) {
    return ID.matcher(text)
        .replaceAll(id -> Matcher.quoteReplacement(ids.getOrDefault(id.group(), id.group())));
  }

  private void matches(String where, JsonNode expected, JsonNode actual) {
    if (expected.isObject()) {
      matchesObject(where, expected, actual);
    } else if (expected.isArray()) {
      matchesArray(where, expected, actual);
    } else if (expected.isString()) {
      matchesText(where, expected.asString(), actual);
    } else {
      assertThat(actual).as(where).isEqualTo(expected);
    }
  }

  private void matchesObject(String where, JsonNode expected, JsonNode actual) {
    for (var property : expected.properties()) {
      String key = property.getKey();
      boolean comparable =
          !key.equals("...") && !key.equals("updated_at") && !key.equals("created_at");
      if (comparable) {
        assertThat(actual.has(key)).as("%s has %s: %s", where, key, actual).isTrue();
        matches(where + "." + key, property.getValue(), actual.path(key));
      }
    }
    // What was recorded as a whole has no more either.
    if (expected.has("created_at") && !expected.has("...")) {
      assertThat(actual.propertyNames())
          .as(where)
          .containsExactlyInAnyOrderElementsOf(expected.propertyNames());
    }
  }

  private void matchesArray(String where, JsonNode expected, JsonNode actual) {
    boolean cut = expected.valueStream().anyMatch(JsonNode::isString) && expected.size() > 1;
    boolean objects = expected.valueStream().anyMatch(JsonNode::isObject);
    if (!cut) {
      assertThat(actual.size()).as("%s: %s", where, actual).isEqualTo(expected.size());
    }
    for (int i = 0; i < expected.size(); i++) {
      JsonNode one = expected.path(i);
      if (one.isObject()) {
        int index = i;
        JsonNode other =
            actual
                .valueStream()
                .filter(candidate -> samePlace(one, candidate))
                .findFirst()
                .orElseGet(() -> actual.path(index));
        matches(where + "[" + i + "]", one, other);
      } else if (!objects) {
        matches(where + "[" + i + "]", one, actual.path(i));
      }
    }
  }

  private boolean samePlace(JsonNode expected, JsonNode actual) {
    return List.of("name", "property", "event_type", "resource_id").stream()
        .filter(expected::has)
        .findFirst()
        .map(key -> ours(expected.path(key).asString()).equals(actual.path(key).asString("")))
        .orElse(false);
  }

  private void matchesText(String where, String expected, JsonNode actual) {
    String text = actual.asString("");
    if (ID.matcher(expected).matches() && ID.matcher(text).matches()) {
      assertThat(text).as(where).isEqualTo(ids.computeIfAbsent(expected, _ -> text));
    } else if (expected.startsWith("Not enough resources")) {
      assertThat(text).as(where).startsWith("Not enough resources available with query {");
    } else {
      assertThat(text).as(where).isEqualTo(ours(expected));
    }
  }
}
