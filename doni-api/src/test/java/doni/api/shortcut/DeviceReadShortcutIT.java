package doni.api.shortcut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.api.Http;
import doni.cli.WholeService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A device has the same answers under its UUID, which takes the shortcut, as under its name, which
 * does not.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceReadShortcutIT {

  private static final String NAME = "edge-01";

  /** They differ from request to request, or say how the same body is framed. */
  private static final List<String> OF_A_REQUEST =
      List.of("date", "openstack-request-id", "content-length", "transfer-encoding");

  private EmbeddedPostgres postgres;
  private ConfigurableApplicationContext service;
  private Http http;
  private String uuid;

  @BeforeAll
  void start(@TempDir Path home) throws IOException {
    postgres = EmbeddedPostgres.start();
    service =
        new SpringApplication(WholeService.class)
            .run(
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--doni.home=" + home,
                "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "--doni.sync.enabled=false",
                "--doni.hardware-types=fake-hardware",
                "--doni.workers.enabled=fake-worker",
                "--doni.keystone.static-tokens.operator.user-id=o",
                "--doni.keystone.static-tokens.operator.project-id=p",
                "--doni.keystone.static-tokens.operator.roles=admin",
                "--doni.keystone.static-tokens.owner.user-id=u",
                "--doni.keystone.static-tokens.owner.project-id=p",
                "--doni.keystone.static-tokens.owner.roles=member",
                "--doni.keystone.static-tokens.reader.user-id=r",
                "--doni.keystone.static-tokens.reader.project-id=p",
                "--doni.keystone.static-tokens.reader.roles=reader",
                "--doni.keystone.static-tokens.stranger.user-id=s",
                "--doni.keystone.static-tokens.stranger.project-id=q",
                "--doni.keystone.static-tokens.stranger.roles=member");
    http = new Http(service.getEnvironment().getRequiredProperty("local.server.port", int.class));
    Http.Answer enrolled =
        http.send(
            "POST",
            "/v1/hardware",
            """
            {"name": "%s", "hardware_type": "fake-hardware",
             "properties": {"default_required_field": "x", "public-and-sensitive-field": "y"},
             "labels": {"purpose": "air-quality"}}
            """
                .formatted(NAME),
            "Content-Type",
            "application/json",
            "X-Auth-Token",
            "operator");
    assertThat(enrolled.status()).as(enrolled.body()).isEqualTo(201);
    uuid = enrolled.json().get("uuid").asString();
  }

  @AfterAll
  void stop() throws IOException {
    service.close();
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"operator", "owner", "reader", "stranger", "unknown", ""})
  void answersEachCallerAlike(String token) {
    assertSame("X-Auth-Token", token);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: */*",
        "Accept: application/json",
        "Accept: text/html",
        "Accept: text/html, */*",
        "If-None-Match: \"1-unknown\"",
        "If-None-Match: *",
        "If-None-Match: W/\"TAG\"",
        "If-None-Match: \"TAG\"",
        "If-None-Match: \"a\", \"TAG\"",
        "If-None-Match: TAG",
        "If-Match: \"1\"",
        "If-Modified-Since: Fri, 01 Jan 2021 00:00:00 GMT",
        "Range: bytes=0-9",
        "Content-Encoding: gzip",
        "X-Forwarded-Proto: https",
        "Origin: http://example.org"
      })
  void answersEachConditionAlike(String header) {
    String tag = http.get("/v1/hardware/" + NAME, "X-Auth-Token", "owner").header("ETag");
    String[] parts = header.replace("TAG", tag.replace("\"", "")).split(": ", 2);

    assertSame("X-Auth-Token", "owner", parts[0], parts[1]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"?fields=name", "?deleted=True", "?unknown=1", "/", "/availability", ";a=b"})
  void answersEachPathAlike(String suffix) {
    assertThat(known(http.get("/v1/hardware/" + uuid + suffix, "X-Auth-Token", "owner")))
        .isEqualTo(known(http.get("/v1/hardware/" + NAME + suffix, "X-Auth-Token", "owner")));
  }

  @Test
  void answersAnUnknownDeviceAsEveryOther() {
    Http.Answer answer =
        http.get("/v1/hardware/0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f", "X-Auth-Token", "owner");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(known(answer))
        .isEqualTo(
            known(
                http.get(
                    "/v1/hardware/0FBC9F0C-7F0B-4F0E-9F0C-1A2B3C4D5E6F/",
                    "X-Auth-Token",
                    "owner")));
  }

  @Test
  void countsEachRequestOnceInTheSameMetric() {
    await().until(this::isIdle);
    long shown = count("200");
    long unchanged = count("304");

    String tag = http.get("/v1/hardware/" + uuid, "X-Auth-Token", "owner").header("ETag");
    http.get("/v1/hardware/" + uuid, "X-Auth-Token", "owner");
    http.get("/v1/hardware/" + NAME, "X-Auth-Token", "owner");
    http.get("/v1/hardware/" + uuid, "X-Auth-Token", "owner", "If-None-Match", tag);
    http.get("/v1/hardware/" + NAME, "X-Auth-Token", "owner", "If-None-Match", tag);

    await().untilAsserted(() -> assertThat(count("200")).isEqualTo(shown + 3));
    await().untilAsserted(() -> assertThat(count("304")).isEqualTo(unchanged + 2));
    assertThat(
            service
                .getBean(MeterRegistry.class)
                .get("http.server.requests")
                .tag("uri", "/v1/hardware/{ref}")
                .tag("method", "GET")
                .tag("status", "200")
                .timers())
        .hasSize(1);
  }

  /** Whether no request is on the ordinary path, which counts after its answer was sent. */
  private boolean isIdle() {
    return service
        .getBean(MeterRegistry.class)
        .find("http.server.requests.active")
        .longTaskTimers()
        .stream()
        .allMatch(active -> active.activeTasks() == 0);
  }

  private long count(String status) {
    return service
        .getBean(MeterRegistry.class)
        .get("http.server.requests")
        .tag("uri", "/v1/hardware/{ref}")
        .tag("method", "GET")
        .tag("status", status)
        .timers()
        .stream()
        .mapToLong(Timer::count)
        .sum();
  }

  private void assertSame(String... headers) {
    Http.Answer byUuid = http.get("/v1/hardware/" + uuid, headers);
    Http.Answer byName = http.get("/v1/hardware/" + NAME, headers);

    assertThat(known(byUuid)).isEqualTo(known(byName));
  }

  /** Returns an answer without what is of its request. */
  private static Map<String, Object> known(Http.Answer answer) {
    Map<String, Object> headers = new TreeMap<>(answer.headers().map());
    OF_A_REQUEST.forEach(headers::remove);
    headers.put("status", answer.status());
    headers.put("body", answer.body().replaceAll("[0-9a-fA-F-]{36}|" + NAME, "REF"));
    return headers;
  }
}
