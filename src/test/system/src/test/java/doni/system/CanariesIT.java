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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

  /** An owner is told after a minute with an error. */
  private static final Duration STUCK = Duration.ofSeconds(150);

  private static final String CREDENTIAL_SECRET = "Canary-Credential-5f1e9c37ab";

  /** Which JSON has to escape, so that it looks otherwise in a quoted body. */
  private static final String IPMI_PASSWORD = "8-Canary\"Ipmi-83bd02\\c6fe";

  private static final String TOKEN_ID = "canary";
  private static final String TOKEN_SECRET = "k4n7r1q9w2z8x5v3";

  /** A part of a secret is as bad when an error is cut off in the middle of it. */
  private static final int PART = 10;

  /** Of a digest; so many do not occur by chance. */
  private static final int DIGITS = 12;

  /** Which its owner may see. */
  private static final String KEY_OF_DEVICE = "\"device_api_key\":\"[^\"]*\"";

  private static final String NO_RUN = "00000000-0000-4000-8000-000000000000";

  private static final List<String> WRITES = List.of("POST", "PATCH", "PUT");

  private final SentMessages sent;
  private final TestSite site;
  private final SimulatedSite backends;
  private final Faults.Injected refusedLogin;
  private final Owner owner;
  private final String token;
  private final String admin;

  CanariesIT(SitePostgres postgres) throws IOException {
    sent = new SentMessages();
    site = new TestSite("canaries", postgres);
    backends = site.backends();
    backends.kubernetes().grant("delete", "nodes");
    Map<String, String> settings = new TreeMap<>(sent.settings());
    settings.put("LOGGING_LEVEL_ROOT", "DEBUG");
    refusedLogin =
        backends.keystone().faults().add(Fault.on("POST", "/v3/auth/tokens").quoting(401).once());
    site.startWithAllWorkers("doni", settings);
    backends.keystone().addUser("canary", "canary-proj", "member");
    token = backends.keystone().token("canary");
    owner = site.at(site.service(), token);
    backends.keystone().addUser("reader", "reader-proj", "admin");
    admin = backends.keystone().token("reader");
    backends.keystone().addUser("colleague", "canary-proj", "reader");
    backends.keystone().addUser("stranger", "stranger-proj", "member");
  }

  @AfterAll
  void close() {
    site.close();
    sent.close();
  }

  @Test
  void areFoundNowhereInWhatTheServiceWrites() throws Exception {
    Map<String, String> told = new TreeMap<>();
    await().atMost(SOON).until(() -> owner.http().get(Owner.HARDWARE).status() == 200);
    assertThat(refusedLogin.hits()).as("the service's own login, refused once").isOne();
    quote(site.faults(), WRITES, 400);
    Enrolled device = WholeSite.enroll(owner, device());
    Enrolled host = WholeSite.enroll(owner, WholeSite.host("canary-host", escaped(IPMI_PASSWORD)));
    backends.kubernetes().addNode(device.name());
    awaitComplaints(told, "at first", List.of(backends.balena().faults()), device, host);
    read("at first", device, host).forEach(told::put);
    // Blazar is asked for what Kubernetes and Ironic have.
    List<Faults> others =
        List.of(backends.tunelo().faults(), backends.blazar().faults(), backends.balena().faults());
    for (int status : List.of(409, 422, 500)) {
      quote(others, WRITES, status);
      sync(device, host);
      awaitComplaints(told, "writes " + status, others, device, host);
      if (status == 422) {
        awaitMail(device);
      }
    }
    quote(site.faults(), List.of("GET"), 403);
    sync(device, host);
    awaitComplaints(told, "reads", site.faults(), device, host);
    read("refused", device, host).forEach(told::put);
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
    told.putAll(read("steady", device, host));
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
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(sent.received())
                .containsOnlyKeys("event", "slack", "mattermost", "mail")
                .hasEntrySatisfying("event", all -> assertThat(all).contains("hardware.deleted")));
    sent.received().forEach((place, text) -> told.put("what was sent to " + place, text));

    assertThat(leaks(secrets, told)).isEmpty();
    assertThat(told.get("the log")).contains(device.uuid().toString());
    assertThat(told.get("the feed")).contains(device.uuid().toString());
    assertThat(told.get("the events")).contains(device.uuid().toString());
    assertThat(told.get("the export")).contains(device.uuid().toString());
    assertThat(told.get("/v1/plan of canary, steady")).contains(device.uuid().toString());
    assertThat(told.get("the page /console/devices/canary-pi/edit of canary, steady"))
        .contains("a@example.org");
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
          if (Stream.concat(parts(secret), digests(secret)).anyMatch(text::contains)) {
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

  /** With a digest that has no key, anyone can try what the secret might be. */
  private static Stream<String> digests(String secret) {
    return Stream.of(secret, secret + "\n", "\"" + secret + "\"")
        .flatMap(text ->
            Stream.of("MD5", "SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA3-256")
                .map(algorithm -> digest(algorithm, text)))
        .flatMap(digest -> {
          String hex = HexFormat.of().formatHex(digest);
          String base64 = Base64.getEncoder().withoutPadding().encodeToString(digest);
          String url = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
          return Stream.of(hex, hex.toUpperCase(Locale.ROOT), base64, url);
        })
        // Digests are often cut off.
        .map(text -> text.substring(0, DIGITS));
  }

  private static byte[] digest(String algorithm, String text) {
    try {
      return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
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

  /** Waits until the owner was told what an error of the device says. */
  private void awaitMail(Enrolled device) {
    await()
        .atMost(STUCK)
        .untilAsserted(() ->
            assertThat(sent.received().getOrDefault("mail", "")).contains(device.name(), "422"));
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

  /** What those read who may see a device and not its secrets, or not even the device. */
  private Map<String, String> read(String when, Enrolled device, Enrolled host) throws Exception {
    Map<String, String> read = new TreeMap<>();
    for (String user : List.of("canary", "reader", "colleague", "stranger")) {
      try (PlainClient client =
              new PlainClient(
                  site.service().uri(), Map.of("X-Auth-Token", backends.keystone().token(user)));
          ConsoleBrowser browser = new ConsoleBrowser(site.service().uri())) {
        List<String> paths =
            List.of(
                "/v1/plan", "/v1/hardware/summary", device.path() + "plan", host.path() + "plan");
        for (String path : paths) {
          read.put("%s of %s, %s".formatted(path, user, when), client.get(path).toString());
        }
        if (List.of("colleague", "stranger").contains(user)) {
          PlainClient.Reply reply = client.get(device.path() + "config.json");
          assertThat(reply.status()).isIn(403, 404);
          read.put("config.json of %s, %s".formatted(user, when), reply.toString());
          read.put(
              "devices of %s, %s".formatted(user, when),
              client.get(Owner.HARDWARE).body().toString());
        }
        browser.logIn(user, backends.keystone().user(user).password());
        List<String> pages =
            Stream.of(ConsolePage.values())
                .flatMap(page -> Stream.of(device, host).map(one -> page.path(one.name(), NO_RUN)))
                .distinct()
                .toList();
        for (String page : pages) {
          read.put("the page %s of %s, %s".formatted(page, user, when), browser.text(page));
        }
      }
    }
    return read;
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
