package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.auth.FakeKeystone;
import doni.cli.WholeService;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.json.JsonMapper;

/** The console over HTTP, with the default policy, a Postgres and a Keystone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleIT {

  private static final String PASSWORD = "pass-of-a-user";
  private static final String CANARY = "canary-5c2f19e7";
  private static final String JOIN_TOKEN = "abcdef.0123456789canary";

  /** Of all scripts of a page together, compressed. */
  private static final int MOST_SCRIPT_BYTES = 60_000;

  @TempDir private static Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private EmbeddedPostgres postgres;
  private FakeKeystone keystone;
  private ConfigurableApplicationContext service;
  private JdbcClient database;
  private String root;
  private String device;
  private int names;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    postgres = EmbeddedPostgres.start();
    keystone = new FakeKeystone();
    keystone.knowsUser("reader", PASSWORD, Map.of("p", List.of("reader")));
    keystone.knowsUser("member", PASSWORD, Map.of("p", List.of("member")));
    keystone.knowsUser("stranger", PASSWORD, Map.of("q", List.of("member")));
    keystone.knowsUser("admin", PASSWORD, Map.of("ops", List.of("admin")));
    keystone.knowsUser("homeless", PASSWORD, Map.of());
    keystone.knowsUser(
        "traveler", PASSWORD, Map.of("p", List.of("member"), "q", List.of("member")));
    Instant never = Instant.parse("2100-01-01T00:00:00Z");
    keystone.knows("api-of-reader", "p", never, "reader");
    keystone.knows("api-of-member", "p", never, "member");
    keystone.knows("api-of-stranger", "q", never, "member");
    keystone.knows("api-of-admin", "ops", never, "admin");
    keystone.knows("enroller", "p", Instant.parse("2100-01-01T00:00:00Z"), "admin");
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
                "--doni.keystone.token-cache-ttl=0s",
                "--doni.hardware-types=device.balena,baremetal",
                "--doni.workers.enabled=k8s,balena,blazar.device",
                "--doni.workers.k8s.backend=in-memory",
                "--doni.workers.blazar.backend=in-memory",
                "--doni.workers.balena.backend=in-memory",
                "--doni.workers.balena.api-endpoint=https://api.balena-cloud.com",
                "--doni.sync.enabled=false");
    root = "http://127.0.0.1:" + service.getEnvironment().getRequiredProperty("local.server.port");
    database = service.getBean(JdbcClient.class);
    device = enroll("edge-01");
  }

  @AfterAll
  void stop() throws IOException {
    service.close();
    keystone.close();
    postgres.close();
    client.close();
  }

  @Test
  void onlyProjectIsChosenAtLogin() {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);

    HttpResponse<String> page = browser.get("/console");

    assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
    assertThat(page.body()).contains("alice", "Devices of your project.");
  }

  @Test
  void userOfSeveralProjectsChoosesOneAndChangesIt() {
    ConsoleBrowser browser = browser().logIn("traveler", PASSWORD);
    String before = browser.get("/console").headers().firstValue("Location").orElse("");

    String choice = browser.get("/console/project").body();
    browser.post("/console/project", "project", "p");
    String list = browser.get("/console/devices").body();
    browser.get("/console/project");
    browser.post("/console/project", "project", "q");
    String other = browser.get("/console/devices").body();

    assertThat(before).endsWith("/console/login");
    assertThat(choice).contains("value=\"p\"", "value=\"q\"");
    assertThat(list).contains("edge-01");
    assertThat(other).doesNotContain("edge-01").contains("No device matches.");
  }

  @Test
  void userOfOneProjectIsNotLedToTheLogin() {
    ConsoleBrowser member = browser().logIn("member", PASSWORD);

    assertThat(member.get("/console/project").body()).contains("Your login has no other project.");
    assertThat(browser().get("/console/project").statusCode()).isEqualTo(302);
  }

  @Test
  void navigationMarksTheCurrentPage() {
    ConsoleBrowser member = browser().logIn("member", PASSWORD);

    assertThat(member.get("/console").body())
        .containsOnlyOnce("aria-current=\"page\"")
        .contains("href=\"/console\" aria-current=\"page\"");
    assertThat(member.get(page() + "/plan").body())
        .contains("href=\"/console/devices\" aria-current=\"true\"");
  }

  @Test
  void applicationCredentialLogsIn() {
    ConsoleBrowser browser = browser();
    browser.get("/console/login");

    HttpResponse<String> answer =
        browser.post(
            "/console/login", "method", "credential", "user", "member/p", "secret", PASSWORD);

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(browser.get("/console").statusCode()).isEqualTo(200);
  }

  @Test
  void wrongPasswordIsRefusedAndNothingIsStored() {
    long before = sessions();
    ConsoleBrowser browser = browser();
    browser.get("/console/login");

    HttpResponse<String> answer =
        browser.post(
            "/console/login",
            "method",
            "password",
            "user",
            "member",
            "secret",
            "wrong",
            "domain",
            "Default");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("The login is refused.").doesNotContain("wrong");
    assertThat(sessions()).isEqualTo(before);
  }

  @Test
  void userWithoutProjectLearnsWhy() {
    ConsoleBrowser browser = browser();
    browser.get("/console/login");

    HttpResponse<String> answer =
        browser.post(
            "/console/login",
            "method",
            "password",
            "user",
            "homeless",
            "secret",
            PASSWORD,
            "domain",
            "Default");

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("You have no role in any project.");
  }

  @Test
  void loginChangesTheSessionAndEndsThePlantedOne() {
    ConsoleBrowser attacker = browser().logIn("stranger", PASSWORD);
    String planted = attacker.cookie(SignedSessionCookie.NAME).orElseThrow();
    ConsoleBrowser victim = browser();
    victim.plant(SignedSessionCookie.NAME, planted);

    victim.logIn("member", PASSWORD);

    assertThat(victim.cookie(SignedSessionCookie.NAME)).isPresent().isNotEqualTo(planted);
    assertThat(attacker.get("/console").statusCode()).isEqualTo(302);
  }

  @Test
  void storedIdWithoutSignatureOpensNoSession() {
    browser().logIn("admin", PASSWORD);
    String stored =
        database
            .sql("select session_id from spring_session order by creation_time desc limit 1")
            .query(String.class)
            .single();
    ConsoleBrowser thief = browser();
    List<Integer> statuses = new ArrayList<>();

    for (String value : List.of(stored, stored + ".", stored + ".AAAA", stored + ".!", ".")) {
      thief.plant(SignedSessionCookie.NAME, value);
      statuses.add(thief.get("/console").statusCode());
    }

    assertThat(statuses).containsOnly(302);
  }

  @Test
  void cookiesAreForThisSiteAndNotForScripts() {
    ConsoleBrowser browser = browser();
    HttpResponse<String> form = browser.get("/console/login");
    HttpResponse<String> login =
        browser.post(
            "/console/login",
            "method",
            "password",
            "user",
            "member",
            "secret",
            PASSWORD,
            "domain",
            "Default");

    List<String> cookies = new ArrayList<>(form.headers().allValues("Set-Cookie"));
    cookies.addAll(login.headers().allValues("Set-Cookie"));

    assertThat(cookies)
        .hasSizeGreaterThanOrEqualTo(2)
        .allMatch(cookie -> cookie.contains("Path=/console") || cookie.contains("Max-Age=0"));
    assertThat(cookies.stream().filter(cookie -> !cookie.contains("Max-Age=0")))
        .allMatch(cookie -> cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        .noneMatch(cookie -> cookie.contains("Secure"));
    assertThat(
            browser()
                .get("/console/login", "X-Forwarded-Proto", "https")
                .headers()
                .allValues("Set-Cookie"))
        .allMatch(cookie -> cookie.contains("Secure"));
  }

  /** As on a standby, or while the disk is full: the session can be read and not written. */
  @ParameterizedTest
  @ValueSource(strings = {"25006", "53100"})
  void sessionThatCannotBeStoredIsNotADefect(String sqlState) {
    ConsoleBrowser member = browser().logIn("member", PASSWORD);
    database
        .sql(
            """
            create function refuse() returns trigger language plpgsql as
            $$ begin raise exception 'refused' using errcode = '%s'; end $$
            """
                .formatted(sqlState))
        .update();
    database
        .sql(
            "create trigger refuse before insert or update on spring_session for each row execute function refuse()")
        .update();
    try {
      assertThat(member.get("/console/devices").statusCode()).isEqualTo(503);
      ConsoleBrowser other = browser();
      other.get("/console/login");
      assertThat(
              other
                  .post(
                      "/console/login",
                      "method",
                      "password",
                      "user",
                      "member",
                      "secret",
                      PASSWORD,
                      "domain",
                      "Default")
                  .statusCode())
          .isEqualTo(503);
    } finally {
      database.sql("drop function refuse() cascade").update();
    }
    assertThat(member.get("/console/devices").statusCode()).isEqualTo(200);
  }

  @Test
  void tokensAreStoredEncrypted() {
    browser().logIn("traveler", PASSWORD);

    List<String> values =
        database
            .sql("select convert_from(attribute_bytes, 'UTF8') from spring_session_attributes")
            .query((row, _) -> row.getString(1))
            .list();

    assertThat(values).isNotEmpty().allMatch(value -> value.startsWith("a:"));
    assertThat(values).noneMatch(value -> value.contains("-token-"));
  }

  @Test
  void logoutEndsTheSessionAndRevokesTheToken() {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);
    browser.get("/console");
    String cookie = browser.cookie(SignedSessionCookie.NAME).orElseThrow();

    long tokens = keystone.tokensOf("member");
    HttpResponse<String> answer = browser.post("/console/logout");
    browser.plant(SignedSessionCookie.NAME, cookie);

    assertThat(keystone.tokensOf("member")).isEqualTo(tokens - 1);
    assertThat(answer.headers().firstValue("Location")).hasValue("/console/login");
    assertThat(browser.get("/console").statusCode()).isEqualTo(302);
  }

  @Test
  void formWithoutItsTokenIsRefused() {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);
    browser.get(page());
    long generation = generation();

    for (String path : List.of("/sync", "/delete")) {
      assertThat(browser.postWith("", page() + path).statusCode()).isEqualTo(403);
      assertThat(browser.postWith("forged", page() + path).statusCode()).isEqualTo(403);
    }
    assertThat(browser.postWith("", "/console/logout").body()).contains("The form has expired.");
    assertThat(browser().postWith("", "/console/login").statusCode()).isEqualTo(403);

    assertThat(generation()).isEqualTo(generation);
    assertThat(browser.get("/console").statusCode()).isEqualTo(200);
  }

  /** Another host of the same domain gets the session, and can plant the cookie of the form. */
  @ParameterizedTest
  @ValueSource(strings = {"same-site", "cross-site"})
  void formOfAnotherOriginIsRefusedEvenWithItsToken(String site) {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);
    browser.get(page());
    long generation = generation();

    HttpResponse<String> foreign = browser.postFetched(site, page() + "/sync");

    assertThat(foreign.statusCode()).isEqualTo(403);
    assertThat(foreign.body()).contains("The form has expired.");
    assertThat(generation()).isEqualTo(generation);
    browser.get(page());
    assertThat(browser.postFetched("same-origin", page() + "/sync").statusCode()).isEqualTo(302);
  }

  @Test
  void sessionEndsWhenItsTokenIsRevoked() {
    ConsoleBrowser browser = browser().logIn("stranger", PASSWORD);
    assertThat(browser.get("/console").statusCode()).isEqualTo(200);

    keystone.revokesTokensOf("stranger");

    assertThat(browser.get("/console").headers().firstValue("Location")).hasValue("/console/login");
  }

  @Test
  void sessionEndsAfterItsTimeout() {
    ConsoleBrowser browser = browser().logIn("stranger", PASSWORD);
    database
        .sql("update spring_session set last_access_time = last_access_time - 1801000")
        .update();

    assertThat(browser.get("/console").statusCode()).isEqualTo(302);
  }

  @Test
  void loginLeadsToThePageThatWasAskedFor() {
    ConsoleBrowser browser = browser();

    String location =
        browser.get("/console/devices?state=ERROR").headers().firstValue("Location").orElse("");
    HttpResponse<String> form = browser.get(location);

    assertThat(location).isEqualTo("/console/login?next=%2Fconsole%2Fdevices%3Fstate%3DERROR");
    assertThat(form.body()).contains("value=\"/console/devices?state=ERROR\"");
  }

  @Test
  void readerSeesEverythingAndCanDoNothing() {
    assertAccess("reader", 200, 403, 403, false, false);
  }

  @Test
  void memberResyncsAndDeletes() {
    assertAccess("member", 200, 302, 403, true, false);
  }

  @Test
  void memberOfAnotherProjectSeesNothing() {
    assertAccess("stranger", 403, 403, 403, false, false);
  }

  @Test
  void administratorDoesEverything() {
    assertAccess("admin", 200, 302, 302, true, true);
  }

  /**
   * Checks each page and each action of a device of project {@code p}.
   *
   * @param page the status of its pages
   * @param write that of its resync and its deletion
   * @param quarantine that of its quarantine and its release
   */
  private void assertAccess(
      String user, int page, int write, int quarantine, boolean writes, boolean quarantines) {
    String id = unchecked(() -> enroll("of-" + user + "-" + names++));
    String path = "/console/devices/" + id;
    ConsoleBrowser browser = browser().logIn(user, PASSWORD);
    Map<String, Integer> statuses = new LinkedHashMap<>();
    HttpResponse<String> shown = browser.get(path);
    statuses.put("page", shown.statusCode());
    statuses.put("live", browser.get(path + "/live").statusCode());
    statuses.put("plan", browser.get(path + "/plan").statusCode());
    statuses.put("confirm", browser.get(path + "/delete").statusCode());
    browser.get("/console/devices");
    statuses.put("sync", browser.post(path + "/sync").statusCode());
    statuses.put("quarantine", browser.post(path + "/quarantine", "reason", "r").statusCode());
    statuses.put("release", browser.post(path + "/release").statusCode());
    long generation = generation(id);
    statuses.put(
        "delete",
        browser.post(path + "/delete", "generation", Long.toString(generation)).statusCode());

    assertThat(statuses)
        .containsExactly(
            Map.entry("page", page),
            Map.entry("live", page),
            Map.entry("plan", page),
            Map.entry("confirm", writes ? 200 : 403),
            Map.entry("sync", write),
            Map.entry("quarantine", quarantine),
            Map.entry("release", quarantine),
            Map.entry("delete", write));
    assertThat(shown.body().contains(path + "/sync")).isEqualTo(writes);
    assertThat(shown.body().contains(path + "/delete")).isEqualTo(writes);
    assertThat(shown.body().contains(path + "/quarantine")).isEqualTo(quarantines);
  }

  @Test
  void configurationOfADeviceIsForThoseWhoMayChangeIt() {
    String id = unchecked(() -> enroll("baked-" + names++));
    String path = "/console/devices/" + id;
    ConsoleBrowser reader = browser().logIn("reader", PASSWORD);
    ConsoleBrowser member = browser().logIn("member", PASSWORD);
    HttpResponse<String> early = member.get(path + "/config.json");
    String before = member.get(path).body();
    database
        .sql(
            """
            update worker_task set state_details = '{"device_id": 41, "fleet_id": 7, "device_api_key": "%s"}'
            where worker_type = 'balena' and hardware_uuid = cast(? as uuid)
            """
                .formatted(CANARY))
        .param(id)
        .update();

    HttpResponse<String> file = member.get(path + "/config.json");
    HttpResponse<String> refused = reader.get(path + "/config.json");

    assertThat(early.statusCode()).isEqualTo(409);
    assertThat(early.body()).contains("the device is not registered in Balena yet");
    assertThat(before).doesNotContain("config.json\"");
    assertThat(file.statusCode()).as(file.body()).isEqualTo(200);
    assertThat(file.headers().firstValue("Content-Disposition"))
        .hasValue("attachment; filename=\"config.json\"");
    assertThat(file.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(new JsonMapper().readTree(file.body()))
        .isEqualTo(new JsonMapper().readTree(apiFile(id)));
    assertThat(file.body()).contains("\"deviceApiKey\":\"" + CANARY + "\"", "\"userId\":null");
    assertThat(member.get(path).body()).contains(path + "/config.json\"").doesNotContain(CANARY);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("hardware:update").doesNotContain(CANARY);
    assertThat(reader.get(path).body()).doesNotContain("config.json\"");
  }

  private String apiFile(String id) {
    return unchecked(() ->
        client
            .send(
                HttpRequest.newBuilder(URI.create(root + "/v1/hardware/" + id + "/config.json"))
                    .header("X-Auth-Token", "enroller")
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  @Test
  void everyProjectIsForThoseWhoMaySeeIt() {
    ConsoleBrowser member = browser().logIn("member", PASSWORD);
    ConsoleBrowser admin = browser().logIn("admin", PASSWORD);

    assertThat(member.get("/console/devices").body()).doesNotContain("all_projects");
    assertThat(member.get("/console/devices?all_projects=True").statusCode()).isEqualTo(403);
    assertThat(admin.get("/console/devices?all_projects=True").body()).contains("edge-01");
    assertThat(admin.get("/console").body())
        .contains("Devices of every project.", "never seen", "with an error");
  }

  @Test
  void pageOfADeviceShowsWhatAnOperatorNeeds() {
    ConsoleBrowser admin = browser().logIn("admin", PASSWORD);
    admin.get(page());
    admin.post(page() + "/quarantine", "reason", "relay board <b>broken</b>");

    String body = admin.get(page()).body();
    admin.post(page() + "/release");

    assertThat(body)
        .contains("edge-01", device, "device.balena", "k8s", "pending", "queued")
        .contains(
            "never seen", "Way to Ready", "node joined", "the device has not joined the cluster")
        .contains("hardware.created", "hardware.quarantined", "raspberrypi4-64")
        .contains("relay board &lt;b&gt;broken&lt;/b&gt;", "Release")
        .doesNotContain("<b>broken");
    assertThat(admin.get(page() + "/plan").body()).contains("Plan for edge-01");
  }

  @Test
  void pageOfADeviceNamesWhatBlocksOtherWorkers() {
    String id = unchecked(() -> enroll("blocked-" + names++));
    database
        .sql(
            """
            update worker_task set served_generation = 1, outcome = 'FAILED', reason = 'no <rack>',
              blocked_by = 'ENROLLMENT'
            where worker_type = 'blazar.device' and hardware_uuid = cast(? as uuid)
            """)
        .param(id)
        .update();

    String page = browser().logIn("member", PASSWORD).get("/console/devices/" + id).body();
    database
        .sql(
            "update worker_task set served_generation = 0, outcome = null, reason = null, blocked_by"
                + " = null where hardware_uuid = cast(? as uuid)")
        .param(id)
        .update();

    assertThat(page)
        .contains("Problems of other workers", "no &lt;rack&gt;")
        .contains("Next: the owner corrects the property that the reason names");
  }

  @Test
  void listIsFilteredSortedAndPaged() {
    for (int i = 0; i < 51; i++) {
      unchecked(() -> enroll("paged-" + names++));
    }
    ConsoleBrowser member = browser().logIn("member", PASSWORD);

    String first = member.get("/console/devices?sort_key=name&sort_dir=desc&state=&name=").body();
    Matcher next = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(first);
    assertThat(next.find()).isTrue();
    String second = member.get(next.group(1).replace("&amp;", "&")).body();

    assertThat(rows(first)).isEqualTo(50);
    assertThat(rows(second)).isPositive();
    assertThat(first).contains("aria-sort=\"descending\"");
    assertThat(second).contains("First page");
    assertThat(rows(member.get("/console/devices?name=edge-01").body())).isEqualTo(1);
    assertThat(rows(member.get("/console/devices?state=ERROR").body())).isZero();
    assertThat(rows(member.get("/console/devices?q=EDGE-0&selector=%21rack").body())).isEqualTo(1);
    assertThat(rows(member.get("/console/devices?device_availability=online").body())).isZero();
    assertThat(member.get("/console/devices?selector=a%3D%3D%3Db").statusCode()).isEqualTo(400);
    assertThat(member.get("/console/devices?state=WRONG").statusCode()).isEqualTo(400);
    assertThat(member.get("/console/devices?marker=" + UUID.randomUUID()).statusCode())
        .isEqualTo(400);
  }

  @Test
  void deviceThatWasChangedSinceIsNotDeleted() {
    String id = unchecked(() -> enroll("stale-" + names++));
    ConsoleBrowser member = browser().logIn("member", PASSWORD);
    String form = member.get("/console/devices/" + id + "/delete").body();
    member.post("/console/devices/" + id + "/sync");

    HttpResponse<String> answer =
        member.post("/console/devices/" + id + "/delete", "generation", "1");

    assertThat(form).contains("name=\"generation\" value=\"1\"");
    assertThat(answer.statusCode()).isEqualTo(412);
    assertThat(member.post("/console/devices/" + id + "/delete").statusCode()).isEqualTo(412);
    assertThat(member.get("/console/devices/" + id).statusCode()).isEqualTo(200);
  }

  @Test
  void openPageLearnsOfChangesOnly() {
    ConsoleBrowser admin = browser().logIn("admin", PASSWORD);

    for (String shown : List.of(page(), "/console")) {
      String live = live(admin.get(shown).body());
      assertThat(admin.get(live, "HX-Request", "true").statusCode()).isEqualTo(204);
      unchecked(() -> enroll("live-" + names++));
      admin.post(page() + "/sync");
      HttpResponse<String> changed = admin.get(live, "HX-Request", "true");
      assertThat(changed.statusCode()).isEqualTo(200);
      assertThat(changed.body()).startsWith("<div id=\"live\"").doesNotContain("<html");
      assertThat(admin.get(live(changed.body())).statusCode()).isEqualTo(204);
    }
  }

  @Test
  void fragmentOfAnEndedSessionLeadsToTheLogin() {
    HttpResponse<String> answer = browser().get(page() + "/live", "HX-Request", "true");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("HX-Redirect")).hasValue("/console/login");
  }

  @Test
  void noPageHasASecret() {
    Map<String, String> pages = new LinkedHashMap<>();
    for (String user : List.of("reader", "member", "admin")) {
      ConsoleBrowser browser = browser().logIn(user, PASSWORD);
      for (String path :
          List.of(
              "/console",
              "/console/devices?all_projects=" + (user.equals("admin") ? "True" : "False"),
              "/console/public",
              "/console/activity",
              "/console/site",
              "/console/devices/export",
              "/console/enroll",
              "/console/import",
              "/console/mine",
              "/console/runs",
              "/console/runs/live",
              "/console/fleet",
              "/console/login",
              page(),
              page() + "/live",
              page() + "/plan",
              page() + "/edit",
              page() + "/delete")) {
        pages.put(user + " " + path, browser.get(path).body());
      }
    }

    assertThat(pages.get("member " + page())).contains("************");
    assertThat(pages)
        .allSatisfy((path, body) ->
            assertThat(body)
                .as(path)
                .doesNotContain(CANARY)
                .doesNotContain(JOIN_TOKEN)
                .doesNotContain(PASSWORD)
                .doesNotContain("-token-"));
  }

  @Test
  void operatorRunsTheChecksOfTheDoctor() {
    ConsoleBrowser admin = browser().logIn("admin", PASSWORD);
    assertThat(admin.get("/console/site").body()).contains("/console/site/checks");

    HttpResponse<String> done = admin.post("/console/site/checks");

    assertThat(done.statusCode()).isEqualTo(302);
    assertThat(done.headers().firstValue("Location")).hasValue("/console/site#checks");
    assertThat(admin.get("/console/site").body())
        .contains("Checked at ", ">database<", ">configuration<", ">worker ")
        .doesNotContain("unexpectedly", CANARY, PASSWORD);
    ConsoleBrowser reader = browser().logIn("reader", PASSWORD);
    assertThat(reader.get("/console/site").body())
        .doesNotContain("Checked at ", "/console/site/checks");
    assertThat(reader.post("/console/site/checks").statusCode()).isEqualTo(403);
  }

  @Test
  void everyPageHasTheHeadersAndNothingInline() {
    ConsoleBrowser browser = browser().logIn("admin", PASSWORD);

    for (String path :
        List.of(
            "/console",
            "/console/devices?all_projects=True",
            "/console/runs",
            "/console/activity",
            "/console/site",
            "/console/enroll",
            "/console/enroll?type=device.balena",
            "/console/import",
            "/console/mine",
            page(),
            page() + "/plan",
            page() + "/edit",
            page() + "/delete",
            "/console/login",
            "/console/public",
            "/console/nowhere")) {
      HttpResponse<String> page = browser.get(path);
      assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
          .as(path)
          .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'")
          .doesNotContain("unsafe");
      assertThat(page.headers().firstValue("Cache-Control")).as(path).hasValue("no-store");
      assertThat(page.headers().firstValue("X-Frame-Options")).as(path).hasValue("DENY");
      assertThat(page.body())
          .as(path)
          .contains("<html lang=\"en\">", "<h1", "id=\"main\"")
          .doesNotContain("<style", " style=", " onclick=", "hx-on", "javascript:", "??")
          .doesNotContainPattern("<script(?![^>]* src=)");
    }
  }

  @Test
  void assetsAreKeptByBrowsers() {
    String page = browser().get("/console/login").body();
    Matcher links = Pattern.compile("(?:href|src)=\"(/console/assets/[^\"]+)\"").matcher(page);
    int count = 0;
    StringBuilder scripts = new StringBuilder();
    while (links.find()) {
      count++;
      HttpResponse<String> asset = browser().get(links.group(1));
      String tag = asset.headers().firstValue("ETag").orElse("");
      assertThat(asset.statusCode()).isEqualTo(200);
      if (links.group(1).endsWith(".js")) {
        scripts.append(asset.body());
      }
      assertThat(asset.headers().firstValue("Cache-Control"))
          .hasValue("public, max-age=31536000, immutable");
      assertThat(browser().get(links.group(1), "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    assertThat(count).as("style, two scripts, and the icon twice").isEqualTo(5);
    assertThat(gzipped(scripts.toString())).isBetween(1_000, MOST_SCRIPT_BYTES);
    assertThat(browser().get("/console/assets/0000000000000000/console.css").statusCode())
        .isEqualTo(404);
  }

  @Test
  void publicViewNeedsNoLoginAndShowsPublicPropertiesOnly() {
    HttpResponse<String> page = browser().get("/console/public?name=edge-01");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("edge-01", "raspberrypi4-64")
        .doesNotContain("owner@example.org", "application_credential_secret", "logout");
  }

  @Test
  void browsersAreLedToTheConsoleAndClientsAreNot() {
    HttpResponse<String> browser =
        browser().get("/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    assertThat(browser.statusCode()).isEqualTo(302);
    assertThat(browser.headers().firstValue("Location")).hasValue("/console");
    for (String accept : List.of("*/*", "application/json", "application/json, text/html")) {
      assertThat(browser().get("/", "Accept", accept).body()).contains("OpenStack Doni API");
    }
  }

  @Test
  void withoutChoicesThereIsNoSingleSignOn() {
    ConsoleBrowser browser = browser();

    assertThat(browser.get("/console/login").body()).doesNotContain("/console/login/websso");
    assertThat(browser.get("/console/login/websso/any").statusCode()).isEqualTo(404);
    assertThat(browser.post("/console/auth/websso", "token", "any").statusCode()).isEqualTo(404);
  }

  @Test
  void germanBrowsersReadGerman() {
    HttpResponse<String> page =
        browser().get("/console/login", "Accept-Language", "de-CH,en;q=0.5");
    HttpResponse<String> other = browser().get("/console/login", "Accept-Language", "fr");

    assertThat(page.body()).contains("<html lang=\"de\">", "Benutzername");
    assertThat(other.body()).contains("<html lang=\"en\">", "User name");
  }

  @Test
  void failuresArePages() {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);

    HttpResponse<String> unknown = browser.get("/console/nowhere");
    HttpResponse<String> device = browser.get("/console/devices/no-such-device");
    HttpResponse<String> direct = browser.get("/console/unavailable");
    HttpResponse<String> noAction = browser.post("/console/devices");

    assertThat(Stream.of(unknown, device, direct, noAction).map(HttpResponse::statusCode))
        .containsOnly(404);
    assertThat(unknown.body()).contains("Not found");
    assertThat(device.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
  }

  @Test
  void silentKeystoneIsA503() {
    ConsoleBrowser browser = browser().logIn("member", PASSWORD);
    keystone.failsWith(500);
    try {
      HttpResponse<String> page = browser.get("/console");
      ConsoleBrowser newcomer = browser().logIn("member", PASSWORD);

      assertThat(page.statusCode()).isEqualTo(503);
      assertThat(page.body()).contains("Unavailable at the moment");
      assertThat(newcomer.cookie(SignedSessionCookie.NAME)).isEmpty();
    } finally {
      keystone.failsWith(0);
    }
  }

  @Test
  void sessionIsOfNoUseForTheApi() {
    ConsoleBrowser browser = browser().logIn("admin", PASSWORD);

    HttpResponse<String> answer = browser.get("/v1/hardware");

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
  }

  /** The pages that watch, in the same service. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class WatchingPages extends ConsoleWatchCases {

    WatchingPages() {
      super(
          user -> browser().logIn(user, PASSWORD), name -> unchecked(() -> enroll(name)), database);
    }
  }

  /** The pages that write, in the same service. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class WritingPages extends ConsoleFormCases {

    WritingPages() {
      super(
          user -> browser().logIn(user, PASSWORD), name -> unchecked(() -> enroll(name)), database);
    }
  }

  /** The import, in the same service. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class ImportingPages extends ConsoleImportCases {

    ImportingPages() {
      super(
          user -> browser().logIn(user, PASSWORD), name -> unchecked(() -> enroll(name)), database);
    }
  }

  /** The cards of an owner, in the same service. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class OwnerPages extends ConsoleOwnerCases {

    OwnerPages() {
      super(
          user -> browser().logIn(user, PASSWORD), name -> unchecked(() -> enroll(name)), database);
    }
  }

  /** Every page and action for every kind of caller, in the same service. */
  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class PagesAndCallers extends ConsoleMatrixCases {

    PagesAndCallers() {
      super(
          user -> browser().logIn(user, PASSWORD),
          name -> unchecked(() -> enroll(name)),
          ConsoleIT.this::call,
          service.getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class));
    }
  }

  /** Calls the API as a user of the console, with the same roles. */
  private HttpResponse<String> call(String user, String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .header("X-Auth-Token", "api-of-" + user);
    if (!body.isEmpty()) {
      request.header(
          "Content-Type",
          method.equals("PATCH")
              ? "application/json-patch+json"
              : path.contains(":import") ? "application/x-ndjson" : "application/json");
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static int gzipped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size();
  }

  private ConsoleBrowser browser() {
    return new ConsoleBrowser(client, root);
  }

  private String page() {
    return "/console/devices/" + device;
  }

  private long sessions() {
    return database.sql("select count(*) from spring_session").query(Long.class).single();
  }

  private long generation() {
    return generation(device);
  }

  private long generation(String id) {
    return database
        .sql("select generation from hardware where uuid = cast(? as uuid)")
        .param(id)
        .query(Long.class)
        .single();
  }

  private static int rows(String page) {
    return (int) Pattern.compile("<th scope=\"row\">").matcher(page).results().count();
  }

  private static String live(String page) {
    Matcher live = Pattern.compile("hx-get=\"([^\"]+)\"").matcher(page);
    assertThat(live.find()).as(page).isTrue();
    return live.group(1).replace("&amp;", "&");
  }

  private String enroll(String name) throws IOException, InterruptedException {
    String body =
        """
        {"name": "%s", "hardware_type": "device.balena",
         "properties": {"machine_name": "raspberrypi4-64", "contact_email": "owner@example.org",
           "application_credential_id": "ac", "application_credential_secret": "%s",
           "k8s_bootstrap_token": "%s"}}
        """
            .formatted(name, CANARY, JOIN_TOKEN);
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create(root + "/v1/hardware"))
                .header("Content-Type", "application/json")
                .header("X-Auth-Token", "enroller")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return new JsonMapper().readTree(answer.body()).get("uuid").asString();
  }

  /** A call that fails the test. */
  private interface Call {
    String run() throws IOException, InterruptedException;
  }

  private static String unchecked(Call call) {
    try {
      return call.run();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
