package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import doni.cli.WholeService;
import doni.simulator.http.Fault;
import doni.simulator.http.FreePort;
import doni.simulator.keystone.SimulatedKeystone;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The console of a site whose users log in by single sign-on at its (simulated) Keystone, and whose
 * limits are so low that they refuse.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleSmallSiteIT {

  private static final Pattern ACTION = Pattern.compile("action=\"([^\"]+)\" method=\"post\"");
  private static final Pattern TOKEN = Pattern.compile("name=\"token\"[^>]* value=\"([^\"]+)\"");
  private static final String RETURN = "/console/auth/websso";
  private static final String COOKIE = "doni_websso";

  @TempDir private static Path directory;

  private final HttpClient client = HttpClient.newHttpClient();
  private EmbeddedPostgres postgres;
  private SimulatedKeystone keystone;
  private ConfigurableApplicationContext service;
  private JdbcClient database;
  private String root;
  private String keystoneOrigin;

  @BeforeAll
  void start() throws IOException {
    postgres = EmbeddedPostgres.start();
    keystone = new SimulatedKeystone(0, Clock.systemUTC());
    int port = FreePort.find();
    root = "http://localhost:" + port;
    keystoneOrigin = keystone.authUrl().toString().replace("/v3", "");
    keystone.trustDashboard(root + RETURN);
    service =
        new SpringApplication(WholeService.class)
            .run(
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--doni.home=" + directory,
                "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                "--doni.secrets.keys.a=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                "--doni.keystone.auth-url=" + keystone.authUrl(),
                "--doni.keystone.username=doni",
                "--doni.keystone.password=" + keystone.user("doni").password(),
                "--doni.console.url=http://LOCALHOST:" + port + "/console",
                "--doni.console.websso.choices.campus.protocol=openid",
                "--doni.console.websso.choices.campus.label=Log in at <Campus>",
                "--doni.console.websso.choices.partner.protocol=mapped",
                "--doni.console.websso.choices.partner.identity-provider=partner-idp",
                "--doni.limits.requests=2",
                "--doni.limits.requests-per-project=1",
                "--doni.hardware-types=device.balena",
                "--doni.workers.enabled=k8s",
                "--doni.workers.k8s.backend=in-memory",
                "--doni.sync.enabled=false");
    database = service.getBean(JdbcClient.class);
  }

  @AfterAll
  void stop() throws IOException {
    service.close();
    keystone.close();
    postgres.close();
    client.close();
  }

  @BeforeEach
  void aliceLogsInElsewhere() {
    keystone.federatedUser("alice");
  }

  @Test
  void singleSignOnLeadsThroughKeystoneToThePageThatWasAskedFor() throws Exception {
    ConsoleBrowser browser = browser();
    String form = browser.get("/console/login?next=/console/devices?state%3DERROR").body();

    HttpResponse<String> begun = browser.get(link(form, "campus"));
    HttpResponse<String> atKeystone = open(location(begun));
    HttpResponse<String> ended = returned(browser, atKeystone.body(), keystoneOrigin);

    assertThat(form).contains("Log in at &lt;Campus&gt;", ">partner<");
    assertThat(location(begun))
        .isEqualTo(
            keystone.authUrl()
                + "/auth/OS-FEDERATION/websso/openid?origin="
                + URLEncoder.encode(root + RETURN, StandardCharsets.UTF_8));
    assertThat(ended.statusCode()).as(ended.body()).isEqualTo(200);
    assertThat(ended.body())
        .contains("http-equiv=\"refresh\" content=\"0;url=/console/devices?state=ERROR\"")
        .doesNotContain(match(TOKEN, atKeystone.body()));
    assertThat(browser.get("/console").body()).contains("alice", "alice-proj");
    assertThat(browser.cookie(COOKIE)).isEmpty();
  }

  /** Only a browser applies SameSite; localhost and 127.0.0.1 are two sites to it. */
  @Test
  void realBrowserIsLoggedInAfterAPostOfAnotherSite() throws Exception {
    Path chromium = Path.of("/usr/bin/chromium");
    Assumptions.assumeTrue(Files.isExecutable(chromium), "Chromium is not installed");

    // On a busy machine it sometimes ends before it has loaded anything, and then prints nothing.
    String page = "";
    for (int i = 0; i < 3 && page.isEmpty(); i++) {
      page = shownBy(chromium, root + "/console/login/websso/campus?next=/console/mine");
    }

    assertThat(page).contains("alice-proj", "href=\"/console/mine\" aria-current=\"page\"");
  }

  /** What a page without a stream, which would never be complete, looks like in the end. */
  private static String shownBy(Path chromium, String url) throws Exception {
    Path output = directory.resolve("page.html");
    Process process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--lang=en",
                "--user-data-dir=" + directory.resolve("chromium"),
                "--virtual-time-budget=10000",
                "--dump-dom",
                url)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    return Files.readString(output);
  }

  @Test
  void identityProviderOfAChoiceIsPartOfTheAddress() throws Exception {
    ConsoleBrowser browser = browser();

    HttpResponse<String> begun = browser.get("/console/login/websso/partner");

    assertThat(location(begun))
        .startsWith(
            keystone.authUrl()
                + "/auth/OS-FEDERATION/identity_providers/partner-idp/protocols/mapped/websso?origin=");
    assertThat(open(location(begun)).statusCode()).isEqualTo(200);
    assertThat(browser.get("/console/login/websso/unknown").statusCode()).isEqualTo(404);
  }

  @Test
  void cookieOfASignOnOpensNothingAndIsSentToOnePathOnly() {
    List<String> cookies =
        browser().get("/console/login/websso/campus").headers().allValues("Set-Cookie");

    assertThat(cookies)
        .filteredOn(cookie -> cookie.startsWith(COOKIE + "="))
        .singleElement()
        .asString()
        .contains("Path=" + RETURN, "HttpOnly", "Secure", "SameSite=None", "Max-Age=600");
  }

  /** As a page of another site, which has a token of its author, would log in a visitor. */
  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"null", "https://evil.example", "http://127.0.0.1", ""})
  void tokenOfAnotherPageIsRefused(String origin) {
    ConsoleBrowser browser = browser();
    browser.get("/console/login/websso/campus");

    HttpResponse<String> answer = send(browser, keystone.unscopedToken("bob"), origin);

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.body()).contains("The single sign-on did not begin on this page");
    assertThat(browser.cookie(SignedSessionCookie.NAME)).isEmpty();
    assertThat(browser.get("/console").statusCode()).isEqualTo(302);
  }

  @Test
  void tokenIsRefusedWhereThisBrowserBeganNothing() {
    ConsoleBrowser other = browser();
    other.get("/console/login/websso/campus");
    String begun = other.cookie(COOKIE).orElseThrow();

    ConsoleBrowser none = browser();
    ConsoleBrowser forged = browser();
    forged.plant(COOKIE, begun.substring(0, begun.length() - 3) + "abc");
    ConsoleBrowser twice = browser();
    twice.get("/console/login/websso/campus");
    int first = send(twice, keystone.unscopedToken("alice"), keystoneOrigin).statusCode();

    assertThat(first).isEqualTo(200);
    for (ConsoleBrowser browser : List.of(none, forged, twice)) {
      assertThat(send(browser, keystone.unscopedToken("bob"), keystoneOrigin).statusCode())
          .isEqualTo(403);
    }
    assertThat(twice.get("/console").body()).contains("alice").doesNotContain("bob");
  }

  @Test
  void signOnBeginsOnTheLoginPageOnly() {
    HttpResponse<String> answer =
        browser().get("/console/login/websso/campus", "Sec-Fetch-Site", "cross-site");

    assertThat(location(answer)).isEqualTo("/console/login");
    assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(it -> it.startsWith(COOKIE));
  }

  @Test
  void wrongTokenIsRefusedAsAWrongPassword() {
    String revoked = keystone.unscopedToken("alice");
    keystone.revoke(revoked);

    for (String token : List.of("wrong", "", "a b", "x".repeat(9_000), revoked)) {
      ConsoleBrowser browser = browser();
      browser.get("/console/login/websso/campus");
      HttpResponse<String> answer = send(browser, token, keystoneOrigin);
      assertThat(answer.statusCode()).as(token).isEqualTo(401);
      assertThat(browser.cookie(SignedSessionCookie.NAME)).isEmpty();
    }
  }

  @Test
  void formOverItsLimitIsRefused() {
    assertThat(loggedInWith(1024).get("/console").statusCode()).isEqualTo(200);
    assertThat(loggedInWith(64 * 1024).get("/console").statusCode()).isEqualTo(302);
  }

  /** Sends the right password, with so many characters more in the form. */
  private ConsoleBrowser loggedInWith(int characters) {
    ConsoleBrowser browser = browser();
    browser.get("/console/login");
    String password = keystone.user("alice").password();
    HttpResponse<String> answer =
        browser.post(
            "/console/login",
            "method",
            "password",
            "user",
            "alice",
            "secret",
            password,
            "domain",
            "Default",
            "unknown",
            "x".repeat(characters));
    assertThat(answer.statusCode()).isLessThan(500);
    return browser;
  }

  @Test
  void sessionIsNewAndLeadsNowhereElse() {
    ConsoleBrowser attacker = signedOn("/console");
    String planted = attacker.cookie(SignedSessionCookie.NAME).orElseThrow();
    keystone.federatedUser("bob");
    ConsoleBrowser victim = browser();
    victim.plant(SignedSessionCookie.NAME, planted);
    victim.get("/console/login/websso/campus?next=https://evil.example");

    HttpResponse<String> answer = send(victim, keystone.unscopedToken("bob"), keystoneOrigin);

    assertThat(answer.body()).contains("content=\"0;url=/console\"").doesNotContain("evil");
    assertThat(victim.cookie(SignedSessionCookie.NAME)).isPresent().isNotEqualTo(planted);
    assertThat(attacker.get("/console").statusCode()).isEqualTo(302);
    assertThat(
            database
                .sql("select convert_from(attribute_bytes, 'UTF8') from spring_session_attributes")
                .query((row, _) -> row.getString(1))
                .list())
        .isNotEmpty()
        .allMatch(value -> value.startsWith("a:"));
  }

  @Test
  void silentKeystoneIsA503() {
    ConsoleBrowser browser = browser();
    browser.get("/console/login/websso/campus");
    keystone.faults().add(Fault.on("GET", "/v3/auth/projects").answering(503, "{}"));
    try {
      assertThat(send(browser, keystone.unscopedToken("alice"), keystoneOrigin).statusCode())
          .isEqualTo(503);
    } finally {
      keystone.faults().clear();
    }
  }

  /** The request of another client of the project waits for its own body, and takes the share. */
  @Test
  void shareOfAProjectAndAFullServiceArePages() throws Exception {
    ConsoleBrowser alice = signedOn("/console");
    try (Socket _ = unfinished(keystone.token("alice"))) {
      HttpResponse<String> shared = refused(alice, "/console/devices", 429);
      HttpResponse<String> german =
          alice.get("/console/devices", "Accept", "text/html", "Accept-Language", "de");
      HttpResponse<String> json =
          client.send(
              HttpRequest.newBuilder(URI.create(root + "/v1/hardware"))
                  .header("X-Auth-Token", keystone.token("alice"))
                  .header("Accept", "text/html")
                  .build(),
              HttpResponse.BodyHandlers.ofString());

      assertThat(shared.headers().firstValue("Retry-After")).hasValue("2");
      assertThat(shared.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
      assertThat(shared.headers().firstValue("Content-Security-Policy")).isPresent();
      assertThat(shared.body())
          .contains(
              "<html lang=\"en\">", "Too many requests", "Your project has as many", "id=\"main\"");
      assertThat(german.body()).contains("<html lang=\"de\">", "Zu viele Anfragen", "Ihr Projekt");
      assertThat(json.statusCode()).isEqualTo(429);
      assertThat(json.body()).startsWith("{\"error\":\"Your project has 1 requests");

      try (Socket _ = unfinished(keystone.token("bob"))) {
        HttpResponse<String> full = refused(browser(), "/console/login", 503);

        assertThat(full.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(full.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(full.body())
            .contains("Unavailable at the moment", "as many requests in progress");
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> alice.get("/console/devices").statusCode() == 200);
  }

  private HttpResponse<String> refused(ConsoleBrowser browser, String path, int status) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> browser.get(path, "Accept", "text/html"),
            answer -> answer.statusCode() == status);
  }

  /** Begins a request whose body never ends. */
  private Socket unfinished(String token) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(root).getPort());
    OutputStream out = socket.getOutputStream();
    out.write(
        """
        POST /v1/hardware HTTP/1.1\r
        Host: localhost\r
        X-Auth-Token: %s\r
        Content-Type: application/json\r
        Content-Length: 1000\r
        \r
        {\
        """
            .formatted(token)
            .getBytes(StandardCharsets.UTF_8));
    out.flush();
    return socket;
  }

  private ConsoleBrowser signedOn(String next) {
    ConsoleBrowser browser = browser();
    HttpResponse<String> begun = browser.get("/console/login/websso/campus?next=" + next);
    HttpResponse<String> ended = returned(browser, open(location(begun)).body(), keystoneOrigin);
    assertThat(ended.statusCode()).as(ended.body()).isEqualTo(200);
    return browser;
  }

  /** Sends the form of Keystone's page. */
  private HttpResponse<String> returned(ConsoleBrowser browser, String page, String origin) {
    assertThat(match(ACTION, page)).isEqualTo(root + RETURN);
    return send(browser, match(TOKEN, page), origin);
  }

  private static HttpResponse<String> send(ConsoleBrowser browser, String token, String origin) {
    String body = "token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
    return origin == null
        ? browser.postRaw(RETURN, "application/x-www-form-urlencoded", body)
        : browser.postFrom(origin, RETURN, body);
  }

  private HttpResponse<String> open(String address) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(address)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String link(String page, String choice) {
    return match(Pattern.compile("href=\"(/console/login/websso/" + choice + "[^\"]*)\""), page)
        .replace("&amp;", "&");
  }

  private static String match(Pattern pattern, String page) {
    Matcher found = pattern.matcher(page);
    assertThat(found.find()).as(page).isTrue();
    return found.group(1);
  }

  private static String location(HttpResponse<String> answer) {
    return answer.headers().firstValue("Location").orElseThrow();
  }

  private ConsoleBrowser browser() {
    return new ConsoleBrowser(client, root);
  }
}
