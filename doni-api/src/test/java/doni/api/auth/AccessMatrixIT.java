package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import doni.cli.WholeService;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every operation of the published API, by every kind of caller, with the default policy and a
 * Keystone. An operation that is missing in {@link #OPERATIONS} fails the test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessMatrixIT {

  private static final Path PUBLISHED = Path.of("..", "openapi", "doni.yaml");
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");
  private static final String ENROLLER = "enroller-token";
  private static final String DEVICE =
      """
      {"name": "NAME", "hardware_type": "device.balena",
       "properties": {"machine_name": "raspberrypi4-64", "contact_email": "a@example.org"}}
      """;
  private static final String PATCH =
      """
      [{"op": "replace", "path": "/properties/contact_email", "value": "b@example.org"}]
      """;

  /** The device belongs to the project of the first roles, not to that of the administrator. */
  private enum CallerKind {
    ANONYMOUS,
    UNKNOWN_TOKEN,
    EXPIRED,
    UNSCOPED,
    DOMAIN_SCOPED,
    SYSTEM_SCOPED,
    NO_ROLE,
    READER,
    MEMBER,
    MEMBER_OF_ANOTHER_PROJECT,
    ADMIN,
    SERVICE;

    static final Set<CallerKind> AUTHENTICATED = EnumSet.range(NO_ROLE, SERVICE);

    String token() {
      return name().toLowerCase(Locale.ROOT) + "-token";
    }
  }

  /** What protects an operation, and whom it admits. */
  private record Protection(String rule, Set<CallerKind> admitted) {
    static final Protection NONE = new Protection("", EnumSet.allOf(CallerKind.class));
    static final Protection TOKEN = new Protection("", CallerKind.AUTHENTICATED);
    static final Protection CREATE_EACH_ROW =
        new Protection("hardware:create", CallerKind.AUTHENTICATED);
    static final Protection CREATE =
        new Protection("hardware:create", EnumSet.of(CallerKind.ADMIN));
    static final Protection GET =
        new Protection(
            "hardware:get", EnumSet.of(CallerKind.READER, CallerKind.MEMBER, CallerKind.ADMIN));
    static final Protection GET_OF_OWN_PROJECT =
        new Protection(
            "hardware:get",
            EnumSet.of(
                CallerKind.READER,
                CallerKind.MEMBER,
                CallerKind.MEMBER_OF_ANOTHER_PROJECT,
                CallerKind.ADMIN));
    static final Protection GET_OF_EVERY_PROJECT =
        new Protection("hardware:get", EnumSet.of(CallerKind.ADMIN));
    static final Protection UPDATE =
        new Protection("hardware:update", EnumSet.of(CallerKind.MEMBER, CallerKind.ADMIN));
    static final Protection DELETE =
        new Protection("hardware:delete", EnumSet.of(CallerKind.MEMBER, CallerKind.ADMIN));
    static final Protection QUARANTINE =
        new Protection("hardware:quarantine", EnumSet.of(CallerKind.ADMIN));
    static final Protection SYNC_ALL =
        new Protection("hardware:sync_all", EnumSet.of(CallerKind.ADMIN));
    static final Protection LEFTOVER_GET =
        new Protection("leftover:get", EnumSet.of(CallerKind.ADMIN));
    static final Protection LEFTOVER_DELETE =
        new Protection("leftover:delete", EnumSet.of(CallerKind.ADMIN));
  }

  /**
   * @param status of the answer to an admitted caller: 404 where the object does not exist
   */
  private record Expected(Protection protection, int status, String body) {
    Expected(Protection protection, int status) {
      this(protection, status, "");
    }
  }

  private static final Map<String, Expected> OPERATIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("version", new Expected(Protection.NONE, 200)),
              Map.entry("healthcheck", new Expected(Protection.NONE, 200)),
              Map.entry("exportHardware", new Expected(Protection.NONE, 200)),
              Map.entry("listHardwareTypes", new Expected(Protection.TOKEN, 200)),
              Map.entry(
                  "importHardware",
                  new Expected(Protection.CREATE_EACH_ROW, 200, "[" + DEVICE + "]")),
              Map.entry("createHardware", new Expected(Protection.CREATE, 201, DEVICE)),
              Map.entry("listHardware", new Expected(Protection.GET_OF_OWN_PROJECT, 200)),
              Map.entry("summarizeHardware", new Expected(Protection.GET_OF_OWN_PROJECT, 200)),
              Map.entry("planAllHardware", new Expected(Protection.GET_OF_OWN_PROJECT, 200)),
              Map.entry("listAllEvents", new Expected(Protection.GET_OF_EVERY_PROJECT, 200)),
              Map.entry("getHardware", new Expected(Protection.GET, 200)),
              Map.entry("listAvailability", new Expected(Protection.GET, 200)),
              Map.entry("listEvents", new Expected(Protection.GET, 200)),
              Map.entry("planHardware", new Expected(Protection.GET, 200)),
              Map.entry("showDeviceAvailability", new Expected(Protection.GET, 200)),
              Map.entry("getReadiness", new Expected(Protection.GET, 200)),
              // The only worker that runs here makes no such file.
              Map.entry("getDeviceConfiguration", new Expected(Protection.UPDATE, 404)),
              Map.entry("patchHardware", new Expected(Protection.UPDATE, 200, PATCH)),
              Map.entry("syncHardware", new Expected(Protection.UPDATE, 200)),
              Map.entry("deleteHardware", new Expected(Protection.DELETE, 200)),
              Map.entry("quarantineHardware", new Expected(Protection.QUARANTINE, 200, "{}")),
              Map.entry("releaseHardware", new Expected(Protection.QUARANTINE, 200)),
              // Without a filter. Each device that matches one is refused by itself.
              Map.entry(
                  "quarantineAllHardware", new Expected(Protection.GET_OF_OWN_PROJECT, 400, "{}")),
              Map.entry("releaseAllHardware", new Expected(Protection.GET_OF_OWN_PROJECT, 400)),
              Map.entry("syncAllHardware", new Expected(Protection.SYNC_ALL, 202, "{}")),
              Map.entry("listSyncRuns", new Expected(Protection.SYNC_ALL, 200)),
              Map.entry("getSyncRun", new Expected(Protection.SYNC_ALL, 404)),
              Map.entry("pauseSyncRun", new Expected(Protection.SYNC_ALL, 404)),
              Map.entry("resumeSyncRun", new Expected(Protection.SYNC_ALL, 404)),
              Map.entry("cancelSyncRun", new Expected(Protection.SYNC_ALL, 404)),
              Map.entry("listLeftovers", new Expected(Protection.LEFTOVER_GET, 200)),
              Map.entry("dismissLeftover", new Expected(Protection.LEFTOVER_DELETE, 404))));

  /** As the document has it. */
  private record Published(String method, String path, String description) {}

  @TempDir private static Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private EmbeddedPostgres postgres;
  private FakeKeystone keystone;
  private ConfigurableApplicationContext service;
  private String root;
  private int names;

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
    keystone = new FakeKeystone();
    keystone.knows(ENROLLER, "p", LATER, "admin");
    keystone.knows(CallerKind.EXPIRED.token(), "p", Instant.parse("2026-01-01T00:00:00Z"), "admin");
    keystone.knowsUnscoped(CallerKind.UNSCOPED.token(), LATER);
    keystone.knowsDomainScoped(CallerKind.DOMAIN_SCOPED.token(), LATER);
    keystone.knowsSystemScoped(CallerKind.SYSTEM_SCOPED.token(), LATER);
    keystone.knows(CallerKind.NO_ROLE.token(), "p", LATER);
    keystone.knows(CallerKind.READER.token(), "p", LATER, "reader");
    keystone.knows(CallerKind.MEMBER.token(), "p", LATER, "member", "reader");
    keystone.knows(CallerKind.MEMBER_OF_ANOTHER_PROJECT.token(), "q", LATER, "member", "reader");
    keystone.knows(CallerKind.ADMIN.token(), "ops", LATER, "admin");
    keystone.knows(CallerKind.SERVICE.token(), "service", LATER, "service");
    service =
        new SpringApplication(WholeService.class)
            .run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--doni.home=" + directory,
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "--doni.keystone.auth-url=" + keystone.url(),
                "--doni.keystone.username=doni",
                "--doni.keystone.password=" + FakeKeystone.PASSWORD,
                "--doni.workers.k8s.backend=in-memory",
                "--doni.sync.enabled=false");
    root = "http://127.0.0.1:" + service.getEnvironment().getRequiredProperty("local.server.port");
  }

  @AfterAll
  void stop() throws IOException {
    service.close();
    keystone.close();
    postgres.close();
    client.close();
  }

  @Test
  void everyPublishedOperationIsInTheTable() throws IOException {
    assertThat(OPERATIONS.keySet()).isEqualTo(published().keySet());
  }

  @TestFactory
  Stream<DynamicTest> admitsThoseWhomThePolicyAdmits() throws IOException {
    return published().entrySet().stream()
        .filter(operation -> OPERATIONS.containsKey(operation.getKey()))
        .map(operation ->
            DynamicTest.dynamicTest(
                operation.getKey(), () -> assertAccess(operation.getKey(), operation.getValue())));
  }

  private void assertAccess(String name, Published operation) throws Exception {
    Expected expected = Objects.requireNonNull(OPERATIONS.get(name));
    List<String> wrong = new ArrayList<>();
    for (CallerKind caller : CallerKind.values()) {
      HttpResponse<String> answer = answer(caller, operation, expected.body());
      int status = status(caller, expected);
      if (answer.statusCode() != status) {
        wrong.add("%s: %d instead of %d".formatted(caller, answer.statusCode(), status));
      }
      if (expected.protection().equals(Protection.CREATE_EACH_ROW)
          && answer.body().contains("\"created\":1") != (caller == CallerKind.ADMIN)) {
        wrong.add(caller + ": " + answer.body());
      }
    }

    assertThat(wrong).isEmpty();
    if (!expected.protection().rule().isEmpty()) {
      assertThat(operation.description()).contains("Requires " + expected.protection().rule());
    }
  }

  private static int status(CallerKind caller, Expected expected) {
    if (expected.protection().admitted().contains(caller)) {
      return expected.status();
    }
    return CallerKind.AUTHENTICATED.contains(caller) ? 403 : 401;
  }

  private HttpResponse<String> answer(CallerKind caller, Published operation, String body)
      throws Exception {
    String path =
        operation
            .path()
            .replace("{uuid}", "00000000-0000-4000-8000-000000000000")
            .replace("{id}", "4711");
    if (path.contains("{ref}")) {
      path = path.replace("{ref}", enrolled());
    }
    return send(
        caller == CallerKind.ANONYMOUS ? "" : caller.token(),
        operation.method(),
        path,
        body.replace("NAME", "device-" + names++));
  }

  /** A new device, because some callers may delete it. */
  private String enrolled() throws Exception {
    HttpResponse<String> answer =
        send(ENROLLER, "POST", "/v1/hardware", DEVICE.replace("NAME", "device-" + names++));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return new JsonMapper().readTree(answer.body()).get("uuid").asString();
  }

  private HttpResponse<String> send(String token, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("X-Auth-Token", token);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** By their ids. */
  private static Map<String, Published> published() throws IOException {
    Map<String, Published> operations = new TreeMap<>();
    try (Reader file = Files.newBufferedReader(PUBLISHED)) {
      Map<String, Map<String, Map<String, Map<String, Object>>>> document = new Yaml().load(file);
      document
          .getOrDefault("paths", Map.of())
          .forEach((path, methods) ->
              methods.forEach((method, operation) ->
                  operations.put(
                      String.valueOf(operation.get("operationId")),
                      new Published(
                          method.toUpperCase(Locale.ROOT),
                          path,
                          String.valueOf(operation.get("description"))))));
    }
    return operations;
  }
}
