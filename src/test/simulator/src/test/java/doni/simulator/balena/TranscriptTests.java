package doni.simulator.balena;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Replays exchanges recorded from an openBalena server against the simulation. Values that the
 * server generates (keys, times, names) are compared by their shape; a key is remembered by name.
 */
@NullMarked
class TranscriptTests {

  private static final Pattern PLACEHOLDER = Pattern.compile("<([A-Z0-9_]+)>");
  private static final Pattern LONG_TEXT = Pattern.compile("<(\\d+) characters>");

  /** Sections that a client which registers devices does not need. */
  private static final Set<String> SECTIONS_LEFT_OUT =
      Set.of("v6 differences", "rate limit", "proxy and transport");

  /** Single exchanges that are not simulated, by subject. */
  private static final Map<String, Set<Integer>> LEFT_OUT =
      Map.of(
          "keys that expire, and lists of keys", Set.of(16, 17, 164),
          "version 6", Set.of(9),
          "rows in no order that was asked for", Set.of(208),
          "builds and releases", Set.of(31, 32, 33, 34, 35, 36, 140, 141, 142, 143),
          "the state that a device asks for", Set.of(170, 171, 173, 175),
          "a path whose brackets are encoded, which the server under it decodes", Set.of(188));

  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> keys = new HashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int played;

  @Test
  void answersAsTheRealServerDid() throws IOException, InterruptedException {
    JsonNode transcript = transcript();

    try (SimulatedBalena balena = new SimulatedBalena(0, Clock.systemUTC())) {
      keys.put("USER_API_KEY", balena.token());
      for (JsonNode exchange : transcript.path("exchanges")) {
        play(balena, exchange);
      }
    }

    assertThat(differences).isEmpty();
    assertThat(played).isGreaterThan(180);
  }

  private void play(SimulatedBalena balena, JsonNode exchange)
      throws IOException, InterruptedException {
    int n = exchange.path("n").asInt();
    if (n == 233 || n == 252) {
      // Another recording: the name of a key means another one from here on.
      keys.keySet()
          .removeIf(name -> name.startsWith("DEVICE_") || name.startsWith("PROVISIONING_"));
    }
    prepare(balena, n);
    String section = exchange.path("section").asString();
    if (SECTIONS_LEFT_OUT.contains(section)
        || LEFT_OUT.values().stream().anyMatch(numbers -> numbers.contains(n))
        || exchange.path("path").asString().equals("/v7/application")) {
      return;
    }
    played++;
    HttpResponse<String> response = send(balena.uri(), exchange);
    String recorded = exchange.path("status").asString();
    if (!recorded.equals(Integer.toString(response.statusCode()))) {
      differences.add("%d: %s, recorded: %s".formatted(n, response.statusCode(), recorded));
      return;
    }
    JsonNode expected = exchange.path("response_body");
    boolean json =
        response.headers().firstValue("content-type").orElse("").startsWith("application/json");
    JsonNode actual =
        response.body().isEmpty()
            ? Answer.Json.MAPPER.nullNode()
            : json
                ? Answer.Json.MAPPER.readTree(response.body())
                : Answer.Json.MAPPER.stringNode(response.body());
    boolean whole = !exchange.path("path").asString().contains("select=");
    if (!same(expected, actual, whole)) {
      differences.add("%d: %s, recorded: %s".formatted(n, actual, expected));
    }
  }

  /** Does what the recording did by builds and releases, and between two recordings. */
  private static void prepare(SimulatedBalena balena, int n) {
    switch (n) {
      case 27 -> balena.addFleet("admin", "edge-rpi4", "raspberrypi4-64");
      case 28 -> balena.addFleet("admin", "edge-nano", "jetson-nano");
      case 36 -> balena.release(1, "coordinator", "wireguard");
      case 143 -> balena.release(2, "coordinator");
      case 212 -> {
        // Two devices of version 6, and the numbers that they used up.
        balena.addFleet("admin", "empty", "jetson-nano");
        passBy(balena, 3, 2);
      }
      case 252 -> {
        // Requests that raced used up numbers too.
        passBy(balena, 1, 2);
        passBy(balena, 3, 2);
        balena.installLate(true);
      }
      case 254 -> balena.catchUp();
      default -> {}
    }
  }

  private static void passBy(SimulatedBalena balena, long fleet, int devices) {
    String uuid = "f0000000000040008000000000000000";
    for (int i = 0; i < devices; i++) {
      balena.addDevice(uuid, fleet, "jetson-nano");
      balena.removeDevice(uuid);
    }
  }

  private HttpResponse<String> send(URI base, JsonNode exchange)
      throws IOException, InterruptedException {
    String path = filled(exchange.path("path").asString());
    JsonNode body = exchange.path("request_body");
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    if (exchange.has("authorization")) {
      request.header("Authorization", filled(exchange.path("authorization").asString()));
    }
    // A body that was recorded as a text was sent without the type of JSON, or is none.
    boolean text = body.isString();
    boolean broken = text && body.asString().equals("{bad");
    if (!body.isNull() && !body.isMissingNode() && (!text || broken)) {
      request.header("Content-Type", "application/json");
    }
    String sent = body.isNull() || body.isMissingNode() ? "" : text ? body.asString() : json(body);
    return http.send(
        request
            .method(
                exchange.path("method").asString(),
                sent.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(sent))
            .build(),
        BodyHandlers.ofString());
  }

  private String json(JsonNode body) {
    return filled(Answer.Json.MAPPER.writeValueAsString(body));
  }

  private String filled(String text) {
    String known =
        PLACEHOLDER
            .matcher(text)
            .replaceAll(match ->
                Matcher.quoteReplacement(keys.computeIfAbsent(match.group(1), name -> name)));
    return LONG_TEXT
        .matcher(known)
        .replaceAll(match -> "x".repeat(Integer.parseInt(match.group(1))));
  }

  /**
   * @param whole whether all fields of a row were requested; the simulation has some of them
   */
  private boolean same(JsonNode expected, JsonNode actual, boolean whole) {
    if (expected.isObject() && actual.isObject()) {
      return actual.propertyStream().allMatch(field -> expected.has(field.getKey()))
          && expected
              .propertyStream()
              .filter(field -> !whole || actual.has(field.getKey()))
              .allMatch(field ->
                  isInvented(expected, field.getKey(), actual.path(field.getKey()))
                      || same(field.getValue(), actual.path(field.getKey()), whole));
    }
    if (expected.isArray() && actual.isArray()) {
      return sameElements(expected, actual, whole);
    }
    if (expected.isString() && actual.isString()) {
      return sameText(expected.asString(), actual.asString());
    }
    return Objects.equals(expected, actual);
  }

  /** Without a requested order, rows come in any order. */
  private boolean sameElements(JsonNode expected, JsonNode actual, boolean whole) {
    return expected.size() == actual.size()
        && expected
            .valueStream()
            .allMatch(one -> actual.valueStream().anyMatch(other -> same(one, other, whole)));
  }

  private boolean sameText(String expected, String actual) {
    Matcher key = PLACEHOLDER.matcher(expected);
    if (key.matches()) {
      @Nullable String before = keys.putIfAbsent(key.group(1), actual);
      return before == null || before.equals(actual);
    }
    String date = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";
    return expected.equals(actual)
        || (expected.matches(date) && actual.matches(date))
        || (expected.startsWith("<!DOCTYPE html>") && actual.startsWith("<!DOCTYPE html>"));
  }

  /** Generated values: the name of a device that was given none, and the UUID of a fleet. */
  private static boolean isInvented(JsonNode row, String field, JsonNode actual) {
    String shape =
        field.equals("device_name")
            ? "[a-z]+-[a-z]+"
            : field.equals("uuid") && row.has("app_name") ? "[0-9a-f]{32}" : "";
    return !shape.isEmpty()
        && row.path(field).asString("").matches(shape)
        && actual.asString("").matches(shape);
  }

  private static JsonNode transcript() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            TranscriptTests.class.getResourceAsStream("/balena/transcript.json"))) {
      return Answer.Json.MAPPER.readTree(new String(in.readAllBytes(), UTF_8));
    }
  }
}
