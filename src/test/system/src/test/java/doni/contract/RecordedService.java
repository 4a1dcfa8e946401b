package doni.contract;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Answers each call with what was recorded for it, whatever it is asked. */
final class RecordedService implements AutoCloseable {

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

  private final Deque<ContractCase> cases;
  private final HttpServer server;
  private final AtomicReference<UnaryOperator<String>> change =
      new AtomicReference<>(UnaryOperator.identity());

  RecordedService() throws IOException {
    cases = new ArrayDeque<>(ContractCase.all().toList());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** What happens to bodies from now on. */
  void change(UnaryOperator<String> next) {
    change.set(next);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      boolean second = exchange.getRequestURI().toString().contains("marker=");
      JsonNode recorded = second ? null : cases.removeFirst().recorded();
      int status = recorded == null ? 200 : recorded.at("/expected/status").asInt();
      String right = recorded == null ? page("dev2", "") : body(recorded);
      byte[] body = change.get().apply(right).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.getResponseHeaders().set("OpenStack-Request-Id", "req-" + UUID.randomUUID());
      exchange.getResponseHeaders().set("Vary", "X-Auth-Token");
      exchange.getResponseHeaders().set("WWW-Authenticate", "Keystone uri=\"http://keystone\"");
      exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String body(JsonNode recorded) {
    JsonNode expected = recorded.get("expected");
    int status = expected.get("status").asInt();
    if (status >= 400) {
      String text = "about " + expected.path("error_mentions").asString("");
      return error(status, filled(expected.at("/body/error").asString(text)));
    }
    if (expected.has("body")) {
      JsonNode body = expected.get("body");
      return filled(body.isString() ? body.asString() : body.toString());
    }
    return switch (recorded.get("case").asString()) {
      case "get not a uuid" -> "{\"uuid\":\"%s\"}".formatted(uuid("dev1"));
      case "list limit 1" ->
          page(
              "dev1",
              "{\"rel\":\"next\",\"href\":\"%s/v1/hardware?limit=1&marker=%s\"}"
                  .formatted(uri(), uuid("dev1")));
      default -> "{}";
    };
  }

  private static String error(int status, String text) {
    return "{\"error\":\"%s\",\"errors\":[{\"status\":%d,\"title\":\"%s\"}]}"
        .formatted(text, status, text);
  }

  private static String page(String device, String link) {
    return "{\"hardware\":[{\"uuid\":\"%s\"}],\"links\":[%s]}".formatted(uuid(device), link);
  }

  /** Real values in place of the recorded forms. */
  private static String filled(String text) {
    return VARIABLE
        .matcher(text)
        .replaceAll(variable -> uuid(variable.group(1)))
        .replace("<uuid>", uuid("any"))
        .replace("<project>", "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c")
        .replace("9999-99-99T99:99:99+99:99", "2031-03-03T12:00:00+00:00")
        .replace("tttttt.tttttttttttttttt", "abcdef.0123456789abcdef");
  }

  private static String uuid(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
