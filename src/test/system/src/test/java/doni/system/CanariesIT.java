package doni.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import doni.simulator.SimulatedSite;
import doni.simulator.http.Fault;
import doni.simulator.http.Faults;
import doni.simulator.http.PlainClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * No secret leaves a service with all workers by a side door, not even when every backend quotes
 * what it was sent in its errors.
 */
@ExtendWith(SharedSite.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CanariesIT {

  private static final Duration SOON = Duration.ofSeconds(90);

  private static final String CREDENTIAL_SECRET = "Canary-Credential-5f1e9c37ab";

  /** Which JSON has to escape, so that it looks otherwise in a quoted body. */
  private static final String IPMI_PASSWORD = "8-Canary\"Ipmi-83bd02\\c6fe";

  private static final String TOKEN_ID = "canary";
  private static final String TOKEN_SECRET = "k4n7r1q9w2z8x5v3";

  /** A part of a secret is as bad when an error is cut off in the middle of it. */
  private static final int PART = 10;

  /** Which its owner may see. */
  private static final String KEY_OF_DEVICE = "\"device_api_key\":\"[^\"]*\"";

  private static final List<String> WRITES = List.of("POST", "PATCH", "PUT");

  private final TestSite site;
  private final SimulatedSite backends;
  private final Owner owner;
  private final String token;
  private final String admin;

  CanariesIT(SitePostgres postgres) {
    site = new TestSite("canaries", postgres);
    backends = site.backends();
    backends.kubernetes().grant("delete", "nodes");
    site.startWithAllWorkers("doni", Map.of("LOGGING_LEVEL_DONI", "DEBUG"));
    backends.keystone().addUser("canary", "canary-proj", "member");
    token = backends.keystone().token("canary");
    owner = site.at(site.service(), token);
    backends.keystone().addUser("reader", "reader-proj", "admin");
    admin = backends.keystone().token("reader");
  }

  @AfterAll
  void close() {
    site.close();
  }

  @Test
  void areFoundNowhereInWhatTheServiceWrites() throws Exception {
    Map<String, String> told = new TreeMap<>();
    // The login for tokens of users is another one, and is to be over.
    assertThat(owner.http().get(Owner.HARDWARE).status()).isEqualTo(200);
    backends.keystone().faults().add(Fault.on("POST", "/v3/auth/tokens").quoting(401).once());
    quote(site.faults(), WRITES, 400);
    Enrolled device = WholeSite.enroll(owner, device());
    Enrolled host = WholeSite.enroll(owner, WholeSite.host("canary-host", escaped(IPMI_PASSWORD)));
    backends.kubernetes().addNode(device.name());
    awaitComplaints(told, "at first", List.of(backends.balena().faults()), device, host);
    // Blazar is asked for what Kubernetes and Ironic have.
    List<Faults> others =
        List.of(backends.tunelo().faults(), backends.blazar().faults(), backends.balena().faults());
    for (int status : List.of(409, 422, 500)) {
      quote(others, WRITES, status);
      sync(device, host);
      awaitComplaints(told, "writes " + status, others, device, host);
    }
    quote(site.faults(), List.of("GET"), 403);
    sync(device, host);
    awaitComplaints(told, "reads", site.faults(), device, host);
    site.faults().forEach(Faults::clear);
    sync(device, host);
    owner.awaitSteady(device, WholeSite.OF_A_DEVICE, SOON);
    owner.awaitSteady(host, WholeSite.OF_A_HOST, SOON);
    Map<String, String> secrets = secrets(device);
    told.put("the views", views(device, host));
    // Whose answer has the device's key; what the service writes afterwards must not.
    JsonNode configuration = owner.http().get(device.path() + "config.json").body();
    assertThat(configuration.path("deviceApiKey").asString("").equals(secrets.get("device key")))
        .isTrue();
    told.putAll(written(device, host));
    owner.delete(device);
    owner.delete(host);
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          assertThat(site.database().knows(device.uuid())).isFalse();
          assertThat(site.database().knows(host.uuid())).isFalse();
        });
    written(device, host).forEach((place, text) -> told.put(place + " in the end", text));

    assertThat(leaks(secrets, told)).isEmpty();
    assertThat(told.get("the log")).contains(device.uuid().toString());
    assertThat(told.get("the feed")).contains(device.uuid().toString());
    assertThat(told.get("the events")).contains(device.uuid().toString());
    assertThat(told.get("the export")).contains(device.uuid().toString());
  }

  /** What may not be in a public text, by what it is; never printed. */
  private Map<String, String> secrets(Enrolled device) throws Exception {
    String key = owner.details(device, "balena").path("device_api_key").asString("");
    assertThat(key.length()).as("the device's key, which its owner may see").isPositive();
    Map<String, String> secrets = new LinkedHashMap<>();
    secrets.put("application credential", CREDENTIAL_SECRET);
    secrets.put("IPMI password", IPMI_PASSWORD);
    secrets.put("join token", TOKEN_SECRET);
    secrets.put("device key", key);
    secrets.put("Balena's token", backends.balena().token());
    secrets.put("service password", backends.keystone().user("doni").password());
    secrets.put("token for Kubernetes", backends.kubernetes().token("doni"));
    secrets.put("owner's token", token);
    secrets.put("reader's token", admin);
    return secrets;
  }

  /** Which secret is where; a failure must not print what it finds. */
  private static List<String> leaks(Map<String, String> secrets, Map<String, String> told) {
    List<String> leaks = new ArrayList<>();
    secrets.forEach((name, secret) ->
        told.forEach((place, text) -> {
          if (parts(secret).anyMatch(text::contains)) {
            leaks.add(name + " in " + place);
          }
        }));
    return leaks;
  }

  private static String escaped(String secret) {
    return secret.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static Stream<String> parts(String secret) {
    String encoded =
        Base64.getEncoder()
            .withoutPadding()
            .encodeToString(secret.getBytes(StandardCharsets.UTF_8));
    return Stream.of(secret, escaped(secret), encoded)
        .flatMap(text -> Stream.of(text.substring(0, PART), text.substring(text.length() - PART)));
  }

  private static String device() {
    return WholeSite.device(
        "canary-pi",
        CREDENTIAL_SECRET,
        ", \"k8s_bootstrap_token\": \"%s.%s\"".formatted(TOKEN_ID, TOKEN_SECRET));
  }

  /** From now on these backends, and no others, quote such requests in errors. */
  private void quote(List<Faults> quoting, List<String> methods, int status) {
    site.faults().forEach(Faults::clear);
    for (String method : methods) {
      quoting.forEach(faults -> faults.add(Fault.on(method, ".*").quoting(status)));
    }
  }

  private void sync(Enrolled device, Enrolled host) throws Exception {
    owner.sync(device);
    owner.sync(host);
  }

  /** Waits until each of the faults has hit and each lane says what is wrong, and keeps that. */
  private void awaitComplaints(
      Map<String, String> told, String when, List<Faults> quoting, Enrolled device, Enrolled host) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          assertThat(quoting)
              .allSatisfy(faults ->
                  assertThat(faults.active())
                      .anySatisfy(one -> assertThat(one.hits()).isPositive()));
          Map<String, JsonNode> tasks = new TreeMap<>(owner.tasks(device));
          tasks.putAll(owner.tasks(host));
          tasks.forEach((lane, task) -> {
            String text = task.path("state_details").toString();
            told.merge(lane + " " + when, text.replaceAll(KEY_OF_DEVICE, ""), String::concat);
            if (!task.path("state").asString("").equals("STEADY")) {
              assertThat(task.path("state_details").propertyNames())
                  .as(lane)
                  .containsAnyOf("last_error", "defer_reason");
            }
          });
        });
  }

  /** What clients are shown that have a right to some secrets: the others are masked. */
  private String views(Enrolled device, Enrolled host) throws Exception {
    try (PlainClient reader =
        new PlainClient(site.service().uri(), Map.of("X-Auth-Token", admin))) {
      return Stream.of(
              owner.http().get(device.path()).body().at("/properties").toString(),
              owner.http().get(host.path()).body().toString(),
              reader.get(host.path()).body().toString())
          .collect(Collectors.joining("\n"))
          // Which its owner may see.
          .replace(TOKEN_ID + "." + TOKEN_SECRET, "");
    }
  }

  private Map<String, String> written(Enrolled device, Enrolled host) throws Exception {
    Map<String, String> written = new TreeMap<>();
    written.put("the log", Files.readString(site.service().log()));
    written.put("the metrics", Metrics.of(site.service()).text());
    try (PlainClient anybody = new PlainClient(site.service().uri(), Map.of());
        PlainClient reader = new PlainClient(site.service().uri(), Map.of("X-Auth-Token", admin))) {
      written.put("the export", anybody.get("/v1/hardware/export/").body().toString());
      written.put("the events", reader.get("/v1/events?limit=1000").body().toString());
      written.put(
          "the devices' events",
          reader.get(device.path() + "events").body().toString()
              + reader.get(host.path() + "events").body());
    }
    written.put("the feed", feed());
    site.database().dump().forEach((table, rows) -> written.put("the table " + table, rows));
    return written;
  }

  /** The feed from its beginning, as far as it is there already. */
  private String feed() throws Exception {
    int events = site.database().dump("event").size();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    HttpRequest request =
        HttpRequest.newBuilder(site.service().uri().resolve("/v1/events"))
            .header("X-Auth-Token", admin)
            .header("Accept", "text/event-stream")
            .header("Last-Event-ID", "0-0")
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        assertThat(response.statusCode()).isEqualTo(200);
        Thread.ofVirtual().start(() -> read(body, text));
        await()
            .atMost(SOON)
            .untilAsserted(() ->
                assertThat(
                        text.toString(StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.startsWith("event: ")))
                    .hasSizeGreaterThanOrEqualTo(events));
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private static void read(InputStream body, ByteArrayOutputStream text) {
    try {
      body.transferTo(text);
    } catch (IOException e) {
      // Closed by the test.
    }
  }
}
