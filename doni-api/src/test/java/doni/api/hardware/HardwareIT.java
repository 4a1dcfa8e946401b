package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import doni.api.MemoryIntake;
import doni.api.RestTest;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@RestTest
class HardwareIT {

  private static final String BODY =
      "{\"name\": \"edge-01\", \"hardware_type\": \"fake-hardware\", \"properties\": {\"a\": 1}}";

  private final MemoryIntake intake;
  private final int port;
  private final Http http;

  HardwareIT(@Autowired MemoryIntake intake, @LocalServerPort int port) {
    this.intake = intake;
    this.port = port;
    this.http = new Http(port);
  }

  @BeforeEach
  void clear() {
    intake.clear();
  }

  @Test
  void showsADeviceAsClientsKnowIt() {
    HardwareView device = intake.add("edge-01", "alice-proj");

    Http.Answer answer = http.get("/v1/hardware/" + device.id());

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.json().propertyNames())
        .containsExactly(
            "uuid",
            "name",
            "project_id",
            "hardware_type",
            "properties",
            "labels",
            "created_at",
            "updated_at",
            "workers");
    assertThat(answer.json().get("created_at").asString())
        .matches("2031-03-03T12:\\d\\d:\\d\\d\\+00:00");
    assertThat(answer.json().get("updated_at").isNull()).isTrue();
    assertThat(answer.json().get("workers").get(0).toString())
        .isEqualTo("{\"worker_type\":\"fake-worker\",\"state\":\"PENDING\",\"state_details\":{}}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void takesAPathWithAndWithoutTrailingSlash(String slash) {
    HardwareView device = intake.add("edge-01", "alice-proj");
    String one = "/v1/hardware/" + device.id();

    assertThat(
            List.of(
                http.get("/v1/hardware" + slash).status(),
                http.get("/v1/hardware/export" + slash, "X-Auth-Token", "invalid").status(),
                http.get(one + slash).status(),
                http.get(one + "/availability" + slash).status(),
                http.get(one + "/events" + slash).status(),
                http.patch(one + slash, "[]").status(),
                http.post(one + "/sync" + slash, "").status(),
                http.get("/v1/hardware-types" + slash).status(),
                http.get("/healthcheck" + slash).status(),
                http.send("DELETE", one + slash, "").status(),
                http.post("/v1/hardware" + slash, BODY).status()))
        .containsExactly(200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 201);
  }

  @Test
  void enrolls() {
    Http.Answer answer = http.post("/v1/hardware", BODY);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
    assertThat(answer.header("Location"))
        .endsWith("/v1/hardware/" + answer.json().get("uuid").asString())
        .startsWith("http://127.0.0.1:");
    assertThat(intake.received())
        .isEqualTo(new HardwareService.Request("edge-01", "fake-hardware", Map.of("a", 1)));
  }

  @Test
  void answersWithTheWantedMembersOnly() {
    intake.add("a", "alice-proj");

    assertThat(http.get("/v1/hardware/a?fields=name,%20updated_at,quarantine").body())
        .isEqualTo("{\"name\":\"a\",\"updated_at\":null}");
    assertThat(http.get("/v1/hardware?fields=name,labels&limit=1").json().get("hardware"))
        .hasToString("[{\"name\":\"a\",\"labels\":{}}]");
    for (String path : List.of("/v1/hardware/a", "/v1/hardware")) {
      assertThat(http.get(path + "?fields=name,secret,").error())
          .isEqualTo(
              "fields: must be some of uuid, name, project_id, hardware_type, properties, labels,"
                  + " created_at, updated_at, workers, device_availability, quarantine, deleted_at, joined"
                  + " by commas, not 'secret'; fields: must be some of uuid, name, project_id, hardware_type,"
                  + " properties, labels, created_at, updated_at, workers, device_availability, quarantine,"
                  + " deleted_at, joined by commas, not ''");
    }
  }

  @Test
  void handsTheIdempotencyKeyOver() {
    http.send(
        "POST", "/v1/hardware", BODY, "Content-Type", "application/json", "Idempotency-Key", "k 1");

    assertThat(intake.received()).isEqualTo("k 1");
  }

  @Test
  void linksToTheNextPageWithTheSameQuery() {
    HardwareView first = intake.add("a", "alice-proj");
    intake.add("b", "alice-proj");

    Http.Answer answer = http.get("/v1/hardware/?limit=1&sort_dir=asc&state=pending");

    assertThat(answer.json().get("hardware").size()).isEqualTo(1);
    assertThat(answer.json().get("links").toString())
        .isEqualTo(
            "[{\"rel\":\"next\",\"href\":\"http://127.0.0.1:"
                + port
                + "/v1/hardware?state=pending&sort_dir=asc&limit=1&marker="
                + first.id()
                + "\"}]");
  }

  @Test
  void linksNowhereFromTheLastPage() {
    intake.add("a", "alice-proj");

    assertThat(http.get("/v1/hardware?limit=1").json().get("links").size()).isZero();
  }

  @Test
  void exportsWithoutWorkersAndWithoutAToken() {
    intake.add("a", "alice-proj");

    Http.Answer answer = http.get("/v1/hardware/export", "X-Auth-Token", "invalid");

    assertThat(answer.json().get("hardware").get(0).propertyNames())
        .doesNotContain("workers")
        .contains("uuid", "properties", "updated_at");
  }

  @Test
  void changesADeviceAtTheExpectedVersion() {
    HardwareView device = intake.add("a", "alice-proj");
    String path = "/v1/hardware/" + device.id();
    String[] headers = {"Content-Type", "application/json-patch+json", "If-Match", "\"1\""};

    Http.Answer first = http.send("PATCH", path, "[]", headers);
    Http.Answer second = http.send("PATCH", path, "[]", headers);

    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("ETag")).isEqualTo("\"2\"");
    assertThat(second.status()).isEqualTo(412);
  }

  @Test
  void deletesWithAnEmptyAnswer() {
    HardwareView device = intake.add("a", "alice-proj");

    Http.Answer answer = http.send("DELETE", "/v1/hardware/" + device.id(), "");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(intake.size()).isZero();
  }

  @Test
  void showsADeletedDeviceWithItsTimeWhenAsked() {
    HardwareView device = intake.add("a", "alice-proj");
    String path = "/v1/hardware/" + device.id();

    assertThat(http.get(path + "?deleted=true").json().get("deleted_at").asString())
        .isEqualTo("2031-03-03T12:00:00+00:00");
    assertThat(http.get(path + "?deleted=false").json().has("deleted_at")).isFalse();
    assertThat(http.get(path + "?deleted=maybe").body())
        .contains("deleted: must be True or False, not maybe");
  }

  @Test
  void syncsADeletedDeviceOnlyWhenAsked() {
    HardwareView device = intake.add("a", "alice-proj");
    String path = "/v1/hardware/" + device.id() + "/sync";

    assertThat(http.post(path, "").status()).isEqualTo(200);
    assertThat(intake.received()).isEqualTo(device.id().toString());
    assertThat(http.post(path + "?deleted=true", "").status()).isEqualTo(200);
    assertThat(intake.received()).isEqualTo("deleted too: " + device.id());
    assertThat(http.post(path + "?deleted=maybe", "").status()).isEqualTo(400);
  }

  @Test
  void doesNotDeleteAnotherVersion() {
    HardwareView device = intake.add("a", "alice-proj");

    Http.Answer answer =
        http.send("DELETE", "/v1/hardware/" + device.id(), "", "If-Match", "\"7\"");

    assertThat(answer.status()).isEqualTo(412);
    assertThat(intake.size()).isEqualTo(1);
  }

  @Test
  void answersInFullToTheTagOfAChange() {
    HardwareView device = intake.add("a", "alice-proj");

    Http.Answer answer = http.get("/v1/hardware/" + device.id(), "If-None-Match", "\"1\"");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isNotEmpty();
  }

  @Test
  void answersWithoutABodyWhileNothingChanges() {
    HardwareView device = intake.add("a", "alice-proj");
    String tag = http.get("/v1/hardware/" + device.id()).header("ETag");
    int views = intake.views();

    for (String known : List.of(tag, "W/" + tag, "\"1\", " + tag)) {
      Http.Answer answer = http.get("/v1/hardware/" + device.id(), "If-None-Match", known);

      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("ETag")).isEqualTo(tag);
    }
    assertThat(intake.views()).isEqualTo(views);
  }

  @Test
  void answersInFullAfterAReportAndAfterAChange() {
    HardwareView device = intake.add("a", "alice-proj");
    String path = "/v1/hardware/" + device.id();
    String first = http.get(path).header("ETag");
    intake.report();

    Http.Answer reported = http.get(path, "If-None-Match", first);
    http.patch(path, "[]");
    Http.Answer changed = http.get(path, "If-None-Match", reported.header("ETag"));

    assertThat(reported.status()).isEqualTo(200);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.header("ETag")).startsWith("\"2-");
  }

  @Test
  void takesTheTagOfADeviceAsItsExpectedVersion() {
    HardwareView device = intake.add("a", "alice-proj");
    String path = "/v1/hardware/" + device.id();
    String tag = http.get(path).header("ETag");
    String[] headers = {"Content-Type", "application/json-patch+json", "If-Match", tag};
    intake.report();

    Http.Answer first = http.send("PATCH", path, "[]", headers);
    Http.Answer second = http.send("PATCH", path, "[]", headers);

    assertThat(first.status()).isEqualTo(200);
    assertThat(second.status()).isEqualTo(412);
  }

  @Test
  void showsAvailability() {
    HardwareView device = intake.add("a", "alice-proj");

    assertThat(http.get("/v1/hardware/" + device.id() + "/availability").body())
        .isEqualTo(
            "{\"availability\":[{\"uuid\":\"5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b\","
                + "\"start\":\"2031-03-03T12:00:00+00:00\",\"end\":\"2031-03-03T13:00:00+00:00\","
                + "\"created_at\":\"2031-03-03T12:00:00+00:00\",\"updated_at\":null}]}");
  }

  @Test
  void showsEventsPageByPage() {
    HardwareView device = intake.add("a", "alice-proj");

    Http.Answer answer = http.get("/v1/hardware/" + device.id() + "/events?limit=1&before=9999");

    assertThat(intake.received()).isEqualTo("1/9999");
    assertThat(answer.json().get("events").get(0).get("kind").asString())
        .isEqualTo("hardware.created");
    assertThat(answer.json().get("links").get(0).get("href").asString())
        .endsWith("/events?limit=1&before=4711");
  }

  @Test
  void describesHardwareTypes() {
    Http.Answer answer = http.get("/v1/hardware-types");

    assertThat(answer.json().get("hardware_types").get(0).get("fields").toString())
        .isEqualTo(
            "[{\"name\":\"public-and-sensitive-field\",\"required\":false,\"private\":false,"
                + "\"sensitive\":true,\"issued\":false,\"schema\":{\"type\":\"string\"}},"
                + "{\"name\":\"default-field\",\"required\":false,\"private\":true,"
                + "\"sensitive\":false,\"issued\":false,\"default\":\"default-field-value\","
                + "\"schema\":{\"type\":\"string\"}}]");
  }

  @Test
  void answersHeadWithoutABodyAndOptionsWithWhatIsAllowed() {
    Http.Answer head = http.send("HEAD", "/v1/hardware", "");
    Http.Answer options = http.send("OPTIONS", "/v1/hardware", "");

    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(options.status()).isEqualTo(200);
    assertThat(options.header("Allow")).contains("GET", "POST");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/hardware/export | GET,HEAD,OPTIONS",
        "/v1/hardware/sync | POST,OPTIONS",
        "/v1/hardware/edge-01 | GET,HEAD,DELETE,PATCH,OPTIONS"
      })
  void namesTheMethodsOfEachPath(String path, String allowed) {
    Http.Answer options = http.send("OPTIONS", path, "");

    assertThat(options.status()).isEqualTo(200);
    assertThat(options.header("Allow").split(",")).containsExactlyInAnyOrder(allowed.split(","));
  }

  @Test
  void findsNoDeviceUnderANameThatCannotBe() {
    assertThat(http.get("/v1/hardware/" + "x".repeat(300)).status()).isEqualTo(404);
    assertThat(http.get("/v1/hardware/%01").status()).isBetween(400, 404);
  }
}
