package doni.system;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.BuiltService;
import doni.simulator.DoniProcess;
import doni.simulator.http.PlainClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator can measure. */
@ExtendWith(SharedSite.class)
class MetricsIT {

  private static final String K8S = "worker=\"k8s\"";

  private final TestSite site;

  MetricsIT(TestSite site) {
    this.site = site;
  }

  @ParameterizedTest
  @ValueSource(strings = {"doni_lane_due", "doni_lane_running", "doni_lane_lag_seconds"})
  void showsHowALaneFares(String name) throws Exception {
    assertThat(Metrics.of(site.service()).values(name, K8S))
        .singleElement()
        .satisfies(value -> assertThat(value).isNotNegative());
  }

  @ParameterizedTest
  @ValueSource(strings = {"synced", "deferred", "failed", "gone", "interrupted", "lost"})
  void countsAttemptsByTheirOutcomeFromZeroOn(String outcome) throws Exception {
    assertThat(
            Metrics.of(site.service())
                .values("doni_reconcile_seconds_count", K8S, "outcome=\"" + outcome + "\""))
        .singleElement()
        .satisfies(value -> assertThat(value).isNotNegative());
  }

  @Test
  void countsTheCallsAndTheAttemptOfADevice() throws Exception {
    Metrics before = Metrics.of(site.service());
    site.kubernetes().addNode("measured");
    Owner owner = site.owner("measured");

    owner.awaitSteady(owner.enroll("measured"), Duration.ofSeconds(20));

    Metrics after = Metrics.of(site.service());
    assertThat(growth(before, after, "doni_reconcile_seconds_count", K8S, "outcome=\"synced\""))
        .isPositive();
    assertThat(
            growth(
                before,
                after,
                "doni_remote_seconds_count",
                "service=\"kubernetes\"",
                "status=\"ok\""))
        .isPositive();
    assertThat(after.values("doni_remote_circuit_open", "service=\"kubernetes\""))
        .containsExactly(0.0);
  }

  /** The database of this test is on this machine. */
  @Test
  void comparesTheClockOfTheMachineWithThatOfTheDatabase() throws Exception {
    assertThat(Metrics.of(site.service()).values("doni_clock_offset_seconds"))
        .singleElement()
        .satisfies(value -> assertThat(value).isBetween(-1.0, 1.0).isNotZero());
  }

  @Test
  void hasNoDeviceAsATag() throws Exception {
    Owner owner = site.owner("tagless");
    Enrolled device = owner.enroll("tagless-device");

    String text = Metrics.of(site.service()).text();

    assertThat(text).doesNotContain(device.uuid().toString(), device.name());
  }

  @Test
  void servesMetricsAndTheApiOnPortsOfTheirOwn() throws Exception {
    URI api = site.service().uri();
    URI management = site.service().managementUri();

    assertThat(status(management, "/actuator/prometheus")).isEqualTo(200);
    assertThat(status(management, "/healthcheck")).isEqualTo(200);
    assertThat(status(management, "/v3/api-docs")).isEqualTo(200);
    assertThat(status(management, "/v1/hardware/export")).isEqualTo(404);
    assertThat(status(api, "/v1/hardware/export")).isEqualTo(200);
    for (String path : List.of("/actuator/prometheus", "/%61ctuator/health", "/v3/api-docs")) {
      assertThat(status(api, path)).as(path).isEqualTo(404);
    }
  }

  private static int status(URI service, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(service + path)).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void tellsWhichVersionAndRevisionItIs() throws Exception {
    try (PlainClient http = new PlainClient(site.service().managementUri(), Map.of())) {
      JsonNode info = http.get("/actuator/info").body();

      assertThat(info.at("/build/version").asString("")).matches("\\d+\\.\\d+\\.\\d+.*");
      // A tree without its history builds too, and then knows no revision.
      assertThat(info.at("/git/commit/id").asString("0000000")).matches("[0-9a-f]{7,}");
    }
  }

  /** Each line of a log that is to be read by machines. */
  @Test
  void logsAsJsonWhereThatIsWanted(@TempDir Path directory) throws Exception {
    try (DoniProcess doni =
        DoniProcess.of(BuiltService.jar(), directory)
            .environment("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs")
            .start()) {
      // It is told no Keystone.
      doni.awaitEnd(Duration.ofMinutes(1));
      assertThat(doni.lastLines(50))
          .isNotEmpty()
          .allSatisfy(line ->
              assertThat(JsonMapper.shared().readTree(line).at("/log/level").asString(""))
                  .isIn("INFO", "WARN", "ERROR"));
    }
  }

  private static double growth(Metrics before, Metrics after, String name, String... tags) {
    return after.sum(name, tags) - before.sum(name, tags);
  }
}
