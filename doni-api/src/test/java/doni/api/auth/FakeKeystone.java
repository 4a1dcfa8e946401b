package doni.api.auth;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * As much of Keystone's Identity API v3 as a service needs to validate tokens and to log in users,
 * over real HTTP. Its catalog names an address where no server listens.
 */
public final class FakeKeystone implements AutoCloseable {

  public static final String PASSWORD = "the-service-password";

  private static final JsonMapper JSON = JsonMapper.shared();

  private record Meaning(
      @Nullable String project, Map<String, ?> otherScope, List<String> roles, Instant expiresAt) {
    Meaning(@Nullable String project, List<String> roles, Instant expiresAt) {
      this(project, Map.of(), roles, expiresAt);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /** Roles by project. */
  private record User(String password, Map<String, List<String>> projects) {}

  private final Map<String, User> users = new ConcurrentHashMap<>();
  private final Map<String, String> unscoped = new ConcurrentHashMap<>();
  private final Map<String, Meaning> tokens = new ConcurrentHashMap<>();
  private final Set<String> serviceTokens = ConcurrentHashMap.newKeySet();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger validations = new AtomicInteger();
  private volatile int failingWith;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile Instant serviceTokensExpireAt = Instant.parse("2100-01-01T00:00:00Z");

  public FakeKeystone() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/v3/auth/tokens", this::handle);
    server.createContext("/v3/auth/projects", this::projects);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v3");
  }

  public void knows(String token, String project, Instant expiresAt, String... roles) {
    tokens.put(token, new Meaning(project, List.of(roles), expiresAt));
  }

  /** A user who can log in with a password, and with an application credential of each project. */
  public void knowsUser(String name, String password, Map<String, List<String>> projects) {
    users.put(name, new User(password, projects));
  }

  /** Returns how many valid tokens of a project a user has. */
  public long tokensOf(String user) {
    return tokens.keySet().stream().filter(token -> token.startsWith(user + "-token-")).count();
  }

  void knowsUnscoped(String token, Instant expiresAt) {
    tokens.put(token, new Meaning(null, List.of(), expiresAt));
  }

  /** A token for a domain, with the role {@code admin} there. */
  void knowsDomainScoped(String token, Instant expiresAt) {
    Map<String, ?> scope = Map.of("domain", Map.of("id", "default", "name", "Default"));
    tokens.put(token, new Meaning(null, scope, List.of("admin"), expiresAt));
  }

  /** A token for the whole cloud, with the role {@code admin} there. */
  void knowsSystemScoped(String token, Instant expiresAt) {
    Map<String, ?> scope = Map.of("system", Map.of("all", true));
    tokens.put(token, new Meaning(null, scope, List.of("admin"), expiresAt));
  }

  public void revokes(String token) {
    tokens.remove(token);
  }

  public void revokesTokensOf(String user) {
    tokens.keySet().removeIf(token -> token.startsWith(user + "-token-"));
  }

  void revokesServiceTokens() {
    serviceTokens.clear();
  }

  void letsServiceTokensExpireAt(Instant expiresAt) {
    serviceTokensExpireAt = expiresAt;
  }

  /** 0 for no more failures. */
  public void failsWith(int status) {
    failingWith = status;
  }

  /** Answers nothing until the latch is counted down. */
  CountDownLatch hangs() {
    CountDownLatch latch = new CountDownLatch(1);
    gate = latch;
    return latch;
  }

  int logins() {
    return logins.get();
  }

  int validations() {
    return validations.get();
  }

  @Override
  public void close() {
    gate.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      boolean login = exchange.getRequestMethod().equals("POST");
      (login ? logins : validations).incrementAndGet();
      if (!gate.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the gate was not opened");
      }
      if (failingWith != 0) {
        answer(exchange, failingWith, Map.of("error", Map.of("message", "simulated failure")));
      } else if (exchange.getRequestMethod().equals("DELETE")) {
        revoke(exchange);
      } else if (login) {
        logIn(exchange, new String(body, StandardCharsets.UTF_8));
      } else {
        validate(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private void logIn(HttpExchange exchange, String body) throws IOException {
    JsonNode auth = JSON.readTree(body).path("auth");
    if (logInUser(exchange, auth)) {
      return;
    }
    JsonNode user = auth.at("/identity/password/user");
    JsonNode credential = auth.at("/identity/application_credential");
    boolean right =
        user.path("name").asString("").equals("doni")
            && user.path("password").asString("").equals(PASSWORD);
    boolean rightCredential =
        auth.at("/identity/methods").toString().equals("[\"application_credential\"]")
            && credential.path("id").asString("").equals("ac-id")
            && credential.path("secret").asString("").equals(PASSWORD)
            && !auth.has("scope");
    if (!right && !rightCredential) {
      answer(exchange, 401, Map.of("error", Map.of("code", 401, "message", "wrong password")));
      return;
    }
    String token = "service-" + logins.get();
    serviceTokens.add(token);
    exchange.getResponseHeaders().set("X-Subject-Token", token);
    Meaning meaning = new Meaning("service", List.of("service"), serviceTokensExpireAt);
    answer(exchange, 201, Map.of("token", json("doni", meaning)));
  }

  /** Returns whether the request was one of a user who is known, and is answered. */
  private boolean logInUser(HttpExchange exchange, JsonNode auth) throws IOException {
    String name = auth.at("/identity/password/user/name").asString("");
    User user = users.get(name);
    if (user != null) {
      if (!user.password.equals(auth.at("/identity/password/user/password").asString(""))) {
        return false;
      }
      issue(exchange, name, null);
      return true;
    }
    String holder = unscoped.get(auth.at("/identity/token/id").asString("none"));
    if (holder != null) {
      issue(exchange, holder, auth.at("/scope/project/id").asString(""));
      return true;
    }
    // The id of an application credential is "user/project", its secret the password.
    String[] credential = auth.at("/identity/application_credential/id").asString("").split("/", 2);
    User owner = credential.length == 2 ? users.get(credential[0]) : null;
    if (owner == null
        || !owner.password.equals(
            auth.at("/identity/application_credential/secret").asString(""))) {
      return false;
    }
    issue(exchange, credential[0], credential[1]);
    return true;
  }

  /**
   * @param project null for a token without a project
   */
  private void issue(HttpExchange exchange, String name, @Nullable String project)
      throws IOException {
    User user = users.get(name);
    List<String> roles = project == null || user == null ? List.of() : user.projects.get(project);
    if (roles == null) {
      answer(exchange, 401, Map.of("error", Map.of("code", 401, "message", "no role there")));
      return;
    }
    String token = name + "-token-" + logins.get();
    Meaning meaning = new Meaning(project, roles, Instant.parse("2100-01-01T00:00:00Z"));
    if (project == null) {
      unscoped.put(token, name);
    } else {
      tokens.put(token, meaning);
    }
    exchange.getResponseHeaders().set("X-Subject-Token", token);
    answer(exchange, 201, Map.of("token", json(name, meaning)));
  }

  private void projects(HttpExchange exchange) throws IOException {
    String token = exchange.getRequestHeaders().getFirst("X-Auth-Token");
    String name = token == null ? null : unscoped.get(token);
    User user = name == null ? null : users.get(name);
    try (exchange) {
      if (user == null) {
        answer(exchange, 401, Map.of("error", Map.of("code", 401, "message", "not authorized")));
      } else {
        answer(
            exchange,
            200,
            Map.of(
                "projects",
                user.projects.keySet().stream()
                    .map(id -> Map.of("id", id, "name", id, "domain_id", "default"))
                    .toList()));
      }
    }
  }

  private void revoke(HttpExchange exchange) throws IOException {
    String subject = exchange.getRequestHeaders().getFirst("X-Subject-Token");
    if (subject != null) {
      tokens.remove(subject);
      unscoped.remove(subject);
    }
    exchange.sendResponseHeaders(204, -1);
  }

  private void validate(HttpExchange exchange) throws IOException {
    String caller = exchange.getRequestHeaders().getFirst("X-Auth-Token");
    String subject = exchange.getRequestHeaders().getFirst("X-Subject-Token");
    Meaning meaning = subject == null ? null : tokens.get(subject);
    if (caller == null || !serviceTokens.contains(caller)) {
      answer(exchange, 401, Map.of("error", Map.of("code", 401, "message", "not authorized")));
    } else if (subject == null || meaning == null) {
      answer(exchange, 404, Map.of("error", Map.of("code", 404, "message", "no token " + subject)));
    } else {
      exchange.getResponseHeaders().set("X-Subject-Token", subject);
      answer(exchange, 200, Map.of("token", json("alice", meaning)));
    }
  }

  private static Map<String, Object> json(String user, Meaning meaning) {
    Map<String, Object> token = new ConcurrentHashMap<>();
    Map<String, Object> domain = Map.of("id", "default", "name", "Default");
    token.put("methods", List.of("password"));
    token.put("user", Map.of("id", user + "-id", "name", user, "domain", domain));
    token.put("audit_ids", List.of("abc"));
    token.put("issued_at", "2026-01-01T00:00:00.000000Z");
    token.put(
        "expires_at",
        meaning.expiresAt.truncatedTo(ChronoUnit.SECONDS).toString().replace("Z", ".000000Z"));
    token.putAll(meaning.otherScope);
    if (!meaning.roles.isEmpty()) {
      token.put(
          "roles", meaning.roles.stream().map(r -> Map.of("id", r + "-id", "name", r)).toList());
    }
    if (meaning.project != null) {
      token.put(
          "project", Map.of("id", meaning.project, "name", meaning.project, "domain", domain));
      token.put("is_domain", false);
      Map<String, Object> endpoint =
          Map.of(
              "id", "e1",
              "interface", "public",
              "region", "RegionOne",
              "region_id", "RegionOne",
              "url", "http://127.0.0.1:1/v3");
      token.put(
          "catalog",
          List.of(
              Map.of(
                  "id",
                  "s1",
                  "type",
                  "identity",
                  "name",
                  "keystone",
                  "endpoints",
                  List.of(endpoint))));
    }
    return token;
  }

  private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
    byte[] bytes = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
