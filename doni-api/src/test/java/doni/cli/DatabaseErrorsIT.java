package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

/**
 * Every operation of the published API, with every error of Postgres that says "not now" at each of
 * its statements: the answer is 503 with {@code Retry-After}, never "not found", never success.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabaseErrorsIT {

  private static final Path PUBLISHED = Path.of("..", "openapi", "doni.yaml");

  /** At least one of each class; those without a class of Spring's or Hibernate's among them. */
  private static final List<String> STATES =
      List.of(
          "08006", "25006", "40001", "53100", "53200", "53300", "55000", "55P03", "57014", "57P01",
          "58030", "XX000");

  private static final String ENROLLMENT =
      """
      {"name": "%s", "hardware_type": "device.balena",
       "properties": {"machine_name": "raspberrypi4-64", "contact_email": "a@example.org"}}
      """;

  /**
   * A request that an operation accepts, by its id and perhaps a variant; the path has {@code ID}
   * where an id belongs.
   */
  private record Sample(String method, String path, String body, Target target) {
    Sample(String method, String path) {
      this(method, path, "", Target.NONE);
    }

    Sample on(Target other) {
      return new Sample(method, path, body, other);
    }

    Sample with(String json) {
      return new Sample(method, path, json, target);
    }
  }

  /** What a request needs. */
  private enum Target {
    NONE,
    DEVICE,
    QUARANTINED_DEVICE,
    RUN,
    PAUSED_RUN,
    LEFTOVER,
    USED_KEY
  }

  private static final Map<String, Sample> SAMPLES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("version", new Sample("GET", "/")),
              Map.entry("healthcheck", new Sample("GET", "/healthcheck")),
              Map.entry("listAllEvents", new Sample("GET", "/v1/events")),
              Map.entry("listHardware", new Sample("GET", "/v1/hardware").on(Target.DEVICE)),
              Map.entry("createHardware", new Sample("POST", "/v1/hardware").with(ENROLLMENT)),
              Map.entry(
                  "createHardware with a key that was used",
                  new Sample("POST", "/v1/hardware").on(Target.USED_KEY).with(ENROLLMENT)),
              Map.entry("deleteHardware by force", onDevice("DELETE", "?force=true")),
              Map.entry(
                  "importHardware all or nothing",
                  new Sample("POST", "/v1/hardware:import?mode=all").with("[" + ENROLLMENT + "]")),
              Map.entry("listHardwareTypes", new Sample("GET", "/v1/hardware-types")),
              Map.entry("exportHardware", new Sample("GET", "/v1/hardware/export")),
              Map.entry("syncAllHardware", new Sample("POST", "/v1/hardware/sync").with("{}")),
              Map.entry("summarizeHardware", new Sample("GET", "/v1/summary")),
              Map.entry("planAllHardware", new Sample("GET", "/v1/plan?limit=1").on(Target.DEVICE)),
              Map.entry("deleteHardware", onDevice("DELETE", "")),
              Map.entry("getHardware", onDevice("GET", "")),
              Map.entry(
                  "patchHardware",
                  onDevice("PATCH", "")
                      .with(
                          """
                          [{"op": "replace", "path": "/properties/contact_email", "value": "b@example.org"},
                           {"op": "add", "path": "/availability/-",
                            "value": {"start": "2032-01-01T00:00:00Z", "end": "2032-02-01T00:00:00Z"}}]
                          """)),
              Map.entry("listAvailability", onDevice("GET", "/availability")),
              Map.entry("listEvents", onDevice("GET", "/events")),
              Map.entry("planHardware", onDevice("GET", "/plan")),
              Map.entry("showDeviceAvailability", onDevice("GET", "/device-availability")),
              Map.entry("getReadiness", onDevice("GET", "/readiness")),
              Map.entry("getDeviceConfiguration", onDevice("GET", "/config.json")),
              Map.entry(
                  "quarantineHardware",
                  onDevice("POST", "/quarantine").with("{\"reason\": \"broken\"}")),
              Map.entry(
                  "releaseHardware", onDevice("POST", "/release").on(Target.QUARANTINED_DEVICE)),
              Map.entry(
                  "quarantineAllHardware",
                  new Sample("POST", "/v1/hardware:quarantine?q=e").with("{}").on(Target.DEVICE)),
              Map.entry(
                  "releaseAllHardware",
                  new Sample("POST", "/v1/hardware:release?quarantined=True")
                      .on(Target.QUARANTINED_DEVICE)),
              Map.entry("syncHardware", onDevice("POST", "/sync")),
              Map.entry(
                  "importHardware",
                  new Sample("POST", "/v1/hardware:import").with("[" + ENROLLMENT + "]")),
              Map.entry("listLeftovers", new Sample("GET", "/v1/leftovers").on(Target.LEFTOVER)),
              Map.entry(
                  "dismissLeftover", new Sample("DELETE", "/v1/leftovers/ID").on(Target.LEFTOVER)),
              Map.entry("listSyncRuns", new Sample("GET", "/v1/sync").on(Target.RUN)),
              Map.entry("getSyncRun", new Sample("GET", "/v1/sync/ID").on(Target.RUN)),
              Map.entry("cancelSyncRun", new Sample("POST", "/v1/sync/ID/cancel").on(Target.RUN)),
              Map.entry("pauseSyncRun", new Sample("POST", "/v1/sync/ID/pause").on(Target.RUN)),
              Map.entry(
                  "resumeSyncRun",
                  new Sample("POST", "/v1/sync/ID/resume").on(Target.PAUSED_RUN))));

  /** They read no database. */
  private static final Set<String> WITHOUT_DATABASE = Set.of("version", "listHardwareTypes");

  @TempDir private static Path directory;

  private EmbeddedPostgres postgres;
  private ConfigurableApplicationContext service;
  private FailingDatabase database;
  private Http http;
  private int names;
  private int turn;

  private static Sample onDevice(String method, String below) {
    return new Sample(method, "/v1/hardware/ID" + below).on(Target.DEVICE);
  }

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
    service =
        new SpringApplication(WholeService.class, FailingDatabase.Wiring.class)
            .run(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--doni.home=" + directory,
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "--doni.keystone.static-tokens.alice-token.user-id=alice",
                "--doni.keystone.static-tokens.alice-token.project-id=p",
                "--doni.keystone.static-tokens.alice-token.roles=admin",
                "--doni.workers.k8s.backend=in-memory",
                "--doni.sync.enabled=false");
    database = service.getBean(FailingDatabase.class);
    http =
        new Http(
            Integer.parseInt(service.getEnvironment().getRequiredProperty("local.server.port")));
  }

  @AfterAll
  void stop() throws IOException {
    service.close();
    postgres.close();
  }

  @Test
  void everyPublishedOperationHasASample() throws IOException {
    assertThat(SAMPLES.keySet())
        .extracting(name -> name.replaceFirst(" .*", ""))
        .containsAll(published())
        .isSubsetOf(published());
  }

  @TestFactory
  List<DynamicTest> answers503ToEveryErrorAtEveryStatement() {
    return SAMPLES.entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(), () -> failEverywhere(entry.getKey(), entry.getValue())))
        .toList();
  }

  private void failEverywhere(String operation, Sample sample) {
    int statements = statements(operation, sample);
    assertThat(statements == 0)
        .as("%s executes %d statements", operation, statements)
        .isEqualTo(WITHOUT_DATABASE.contains(operation));

    List<String> wrong = new ArrayList<>();
    int rounds = statements == 0 ? 0 : Math.max(statements, STATES.size());
    for (int round = 0; round < rounds; round++) {
      String state = STATES.get(turn++ % STATES.size());
      int statement = round % statements;
      Http.Answer answer = answerOf(sample, statement, state);
      boolean failed = database.executed() > statement;
      if (failed && (answer.status() != 503 || answer.header("Retry-After").isEmpty())) {
        wrong.add(
            "%s at statement %d of %d: %d %s"
                .formatted(state, statement, statements, answer.status(), answer.body()));
      }
    }

    assertThat(wrong).as(operation).isEmpty();
  }

  /** Executed by a request while the database works. */
  private int statements(String operation, Sample sample) {
    Http.Answer answer = answerOf(sample, -1, "");
    // No worker here makes the file, which is known after the last statement.
    int most = operation.equals("getDeviceConfiguration") ? 404 : 299;
    assertThat(answer.status()).as(answer.body()).isBetween(200, most);
    return database.executed();
  }

  private Http.Answer answerOf(Sample sample, int statement, String state) {
    database.fail(-1, "");
    String name = "device-" + names++;
    String path = sample.path().replace("ID", target(sample.target(), name));
    String body = sample.body().contains("%s") ? sample.body().formatted(name) : sample.body();
    String type =
        sample.method().equals("PATCH") ? "application/json-patch+json" : "application/json";
    awaitAnotherHealthCheck(path);
    database.fail(statement, state);
    return http.send(
        sample.method(), path, body, "Content-Type", type, "Idempotency-Key", "key-of-" + name);
  }

  /** The service asks the database for its health once a second. */
  private static void awaitAnotherHealthCheck(String path) {
    if (path.equals("/healthcheck")) {
      org.awaitility.Awaitility.await()
          .pollDelay(java.time.Duration.ofMillis(1_100))
          .until(() -> true);
    }
  }

  /** Makes what the request is about; its id. */
  private String target(Target target, String name) {
    return switch (target) {
      case NONE -> "";
      case DEVICE -> enrolled(name);
      case QUARANTINED_DEVICE -> {
        String id = enrolled(name);
        succeeded(http.post("/v1/hardware/" + id + "/quarantine", "{\"reason\": \"broken\"}"));
        yield id;
      }
      case RUN -> run();
      case PAUSED_RUN -> {
        String id = run();
        succeeded(http.post("/v1/sync/" + id + "/pause", ""));
        yield id;
      }
      case USED_KEY -> {
        succeeded(
            http.send(
                "POST",
                "/v1/hardware",
                ENROLLMENT.formatted(name),
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                "key-of-" + name));
        yield name;
      }
      case LEFTOVER -> {
        succeeded(http.send("DELETE", "/v1/hardware/" + enrolled(name) + "?force=true", ""));
        yield succeeded(http.get("/v1/leftovers")).json().at("/leftovers/0/id").asString();
      }
    };
  }

  private String enrolled(String name) {
    return succeeded(http.post("/v1/hardware", ENROLLMENT.formatted(name)))
        .json()
        .path("uuid")
        .asString();
  }

  private String run() {
    enrolled("in-a-run-" + names++);
    return succeeded(http.post("/v1/hardware/sync", "{}")).json().path("uuid").asString();
  }

  private static Http.Answer succeeded(Http.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
    return answer;
  }

  /** The ids of the operations. */
  private static Set<String> published() throws IOException {
    try (Reader file = Files.newBufferedReader(PUBLISHED)) {
      Map<String, Map<String, Map<String, Map<String, Object>>>> document = new Yaml().load(file);
      return document.getOrDefault("paths", Map.of()).values().stream()
          .flatMap(path -> path.values().stream())
          .map(operation -> String.valueOf(operation.get("operationId")))
          .collect(Collectors.toCollection(java.util.TreeSet::new));
    }
  }
}
