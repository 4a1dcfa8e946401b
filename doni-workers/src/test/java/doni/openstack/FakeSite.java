package doni.openstack;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import doni.simulator.http.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** As much of Keystone as the client layer uses, and a service below {@code /service}. */
final class FakeSite implements AutoCloseable {

  static final String PASSWORD = "the-service-password";

  private static final JsonMapper JSON = JsonMapper.shared();

  /** What was asked. */
  record Seen(String method, String path, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(header -> header.getValue().getFirst())
          .findFirst()
          .orElse("");
    }

    JsonNode json() {
      return JSON.readTree(body);
    }
  }

  /** What the service answers; status 0 closes the connection. */
  record Reply(int status, Map<String, String> headers, String body) {
    static Reply json(int status, String body) {
      return new Reply(status, Map.of("Content-Type", "application/json"), body);
    }
  }

  @FunctionalInterface
  interface Service {
    Reply answer(Seen seen) throws InterruptedException;
  }

  private final Clock clock;
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private HttpServer server;
  private ExecutorService threads;
  final List<Seen> logins = new CopyOnWriteArrayList<>();
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  final Map<String, String> projects = new ConcurrentHashMap<>();
  final List<Map<String, Object>> catalog = new CopyOnWriteArrayList<>();
  volatile Duration tokenLifetime = Duration.ofHours(1);
  volatile int loginsAnswer = 201;
  volatile Service service = seen -> Reply.json(200, "{\"at\":\"" + seen.path() + "\"}");

  FakeSite(Clock clock) {
    this.clock = clock;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.server = listen(FreePort.find());
    addService("channel", "public", "RegionOne", server() + "/service");
  }

  String server() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  URI authUrl() {
    return URI.create(server() + "/v3");
  }

  void addService(String type, String interfaceName, String region, String url) {
    catalog.add(
        Map.of(
            "type",
            type,
            "endpoints",
            List.of(
                Map.of(
                    "interface",
                    interfaceName,
                    "region",
                    region,
                    "region_id",
                    region,
                    "url",
                    url))));
  }

  void revokeAll() {
    tokens.clear();
  }

  /** Closes every connection and listens again on the same port. */
  void restart() {
    int port = server.getAddress().getPort();
    server.stop(0);
    server = listen(port);
  }

  /** Refuses connections. */
  void stop() {
    server.stop(0);
  }

  /** Waits until the test is over. */
  Reply hang() throws InterruptedException {
    boolean _ = closed.await(1, TimeUnit.MINUTES);
    return new Reply(0, Map.of(), "");
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpServer listen(int port) {
    try {
      HttpServer started =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      started.setExecutor(threads);
      started.createContext("/", this::serve);
      started.start();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Seen request =
          new Seen(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Map.copyOf(exchange.getRequestHeaders()),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      Reply reply = answer(request);
      if (reply.status() == 0) {
        return;
      }
      reply.headers().forEach(exchange.getResponseHeaders()::set);
      byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Reply answer(Seen request) throws InterruptedException {
    if (request.path().equals("/v3/auth/tokens")) {
      return logIn(request);
    }
    seen.add(request);
    if (!tokens.contains(request.header("X-Auth-Token"))) {
      return Reply.json(401, error(401, "The request you have made requires authentication."));
    }
    return request.path().startsWith("/v3/projects") ? project(request) : service.answer(request);
  }

  private Reply logIn(Seen request) {
    logins.add(request);
    JsonNode identity = request.json().path("auth").path("identity");
    boolean right =
        identity.at("/password/user/password").asString("").equals(PASSWORD)
            || identity.at("/application_credential/secret").asString("").equals(PASSWORD);
    if (!right || loginsAnswer != 201) {
      int status = right ? loginsAnswer : 401;
      return Reply.json(status, error(status, "not with " + PASSWORD));
    }
    String token = "token-" + logins.size();
    tokens.add(token);
    Map<String, Object> content =
        Map.of(
            "expires_at", clock.instant().plus(tokenLifetime).toString(),
            "project", Map.of("id", "service-project", "name", "service"),
            "catalog", List.copyOf(catalog));
    return new Reply(
        201,
        Map.of("X-Subject-Token", token, "Content-Type", "application/json"),
        JSON.writeValueAsString(Map.of("token", content)));
  }

  private Reply project(Seen request) {
    String rest = request.path().substring("/v3/projects".length());
    if (rest.startsWith("?name=")) {
      String name = java.net.URLDecoder.decode(rest.substring(6), StandardCharsets.UTF_8);
      List<Map<String, String>> found =
          projects.entrySet().stream()
              .filter(project -> project.getValue().equalsIgnoreCase(name))
              .map(project -> Map.of("id", project.getKey(), "name", project.getValue()))
              .toList();
      return Reply.json(200, JSON.writeValueAsString(Map.of("projects", found)));
    }
    String id = rest.substring(1);
    return projects.containsKey(id)
        ? Reply.json(200, JSON.writeValueAsString(Map.of("project", Map.of("id", id))))
        : Reply.json(404, error(404, "Could not find project: " + id + "."));
  }

  private static String error(int status, String message) {
    return JSON.writeValueAsString(Map.of("error", Map.of("code", status, "message", message)));
  }
}
