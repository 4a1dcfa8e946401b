package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.web.PageLinks;
import doni.openstack.OpenStackConfiguration;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootTest(
    classes = TokenAuthenticationFilterIT.TokenApp.class,
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "server.address=127.0.0.1",
      "doni.proxies.trusted=127.0.0.1,192.0.2.0/24",
      // There is no database to be ready.
      "management.endpoint.health.validate-group-membership=false",
      "management.endpoints.web.exposure.include=health,info,prometheus,metrics"
    })
@ExtendWith(OutputCaptureExtension.class)
class TokenAuthenticationFilterIT {

  private static final String REQUEST_ID =
      "req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
  private static final String UNAUTHORIZED =
      """
      {"error":"The request you have made requires authentication",\
      "errors":[{"status":401,"title":"The request you have made requires authentication"}]}\
      """;
  private static final FakeKeystone KEYSTONE = start();

  private final HttpClient client = HttpClient.newHttpClient();
  @LocalServerPort private int port;

  @DynamicPropertySource
  static void settings(DynamicPropertyRegistry settings) {
    settings.add("doni.keystone.auth-url", KEYSTONE::url);
    settings.add("doni.keystone.username", () -> "doni");
    settings.add("doni.keystone.password", () -> FakeKeystone.PASSWORD);
  }

  @BeforeAll
  static void setUp() {
    Instant tomorrow = Instant.parse("2100-01-01T00:00:00Z");
    KEYSTONE.knows("alice-token", "alice-proj", tomorrow, "Member");
    KEYSTONE.knows("second-token", "alice-proj", tomorrow, "Member");
  }

  @AfterAll
  static void tearDown() {
    KEYSTONE.close();
  }

  @Test
  void givesControllersTheCaller() throws Exception {
    HttpResponse<String> answer = get("/v1/hardware", "X-Auth-Token", "alice-token");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"project\":\"alice-proj\"", "\"roles\":[\"Member\"]")
        .contains("\"request\":\"" + requestId(answer) + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/hardware",
        "/v1/hardware/",
        "/nope",
        "/v1/hardware/export/x",
        "/error",
        "/actuator/metrics",
        "/actuator"
      })
  void requiresATokenOnOtherPaths(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo(UNAUTHORIZED);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(answer.headers().firstValue("WWW-Authenticate"))
        .hasValue("Keystone uri=\"" + KEYSTONE.url() + "\"");
    assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown-token", "ill egal", "\"", ""})
  void refusesAnInvalidToken(String token) throws Exception {
    HttpResponse<String> answer = get("/v1/hardware", "X-Auth-Token", token);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo(UNAUTHORIZED);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/healthcheck",
        "/v1/hardware/export",
        "/v1/hardware/export/",
        "/actuator/health",
        "/actuator/health/liveness",
        "/actuator/info",
        "/actuator/prometheus"
      })
  void servesOpenPathsWithoutAToken(String path) throws Exception {
    assertThat(get(path).statusCode()).isNotEqualTo(401);
    assertThat(get(path, "X-Auth-Token", "unknown-token").statusCode()).isNotEqualTo(401);
  }

  @Test
  void opensAnOpenPathForReadingOnly() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(uri("/v1/hardware/export"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();

    HttpResponse<String> answer = client.send(post, HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/v1/hardware", "/nope", "/v1/broken"})
  void sendsRequestIdAndVaryWithEveryAnswer(String path) throws Exception {
    for (String token : new String[] {"alice-token", "unknown-token"}) {
      HttpResponse<String> answer = get(path, "X-Auth-Token", token);

      assertThat(answer.headers().allValues("OpenStack-Request-Id"))
          .singleElement()
          .asString()
          .matches(REQUEST_ID);
      assertThat(answer.headers().allValues("Vary")).contains("X-Auth-Token");
    }
  }

  @Test
  void logsTheClientsRequestIdBesideItsOwn() throws Exception {
    String theirs = "req-00000000-1111-2222-3333-444444444444";

    HttpResponse<String> answer =
        get("/v1/hardware", "X-Auth-Token", "alice-token", "X-OpenStack-Request-Id", theirs);

    assertThat(requestId(answer)).isNotEqualTo(theirs);
    assertThat(answer.body())
        .contains("request_id=" + requestId(answer), "global_request_id=" + theirs);
  }

  @Test
  void ignoresAMalformedRequestId() throws Exception {
    HttpResponse<String> answer =
        get("/v1/hardware", "X-Auth-Token", "alice-token", "X-OpenStack-Request-Id", "req-forged");

    assertThat(answer.body()).doesNotContain("forged", "global_request_id");
  }

  @Test
  void answers503WhileKeystoneIsDownExceptForCachedTokens(CapturedOutput output) throws Exception {
    get("/v1/hardware", "X-Auth-Token", "second-token");
    KEYSTONE.failsWith(503);
    try {
      HttpResponse<String> other = get("/v1/hardware", "X-Auth-Token", "third-token");
      HttpResponse<String> remembered = get("/v1/hardware", "X-Auth-Token", "second-token");

      assertThat(other.statusCode()).isEqualTo(503);
      assertThat(other.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
      assertThat(other.body()).startsWith("{\"error\":\"The identity service");
      assertThat(remembered.statusCode()).isEqualTo(200);
      assertThat(output.getAll()).doesNotContain("third-token", "second-token");
    } finally {
      KEYSTONE.failsWith(0);
    }
  }

  @Test
  void createsNoDefaultUser(@Autowired ApplicationContext context) {
    assertThat(context.getBeansOfType(UserDetailsService.class)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "203.0.113.9|203.0.113.9",
        "198.51.100.1, 203.0.113.9|203.0.113.9",
        "198.51.100.1, 203.0.113.9, 192.0.2.7|203.0.113.9",
        "2001:db8::9|2001:db8::9"
      })
  void takesTheAddressOfTheClientFromATrustedProxy(String forwarded, String client)
      throws Exception {
    HttpResponse<String> answer =
        get("/v1/hardware", "X-Auth-Token", "alice-token", "X-Forwarded-For", forwarded);

    assertThat(answer.body()).contains("\"address\":\"" + client + "\"");
  }

  @Test
  void linksToATrustedProxy() throws Exception {
    HttpResponse<String> answer =
        get(
            "/v1/hardware",
            "X-Auth-Token",
            "alice-token",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "site.example.org",
            "X-Forwarded-Prefix",
            "/inventory");

    assertThat(answer.body()).contains("\"link\":\"https://site.example.org/inventory/x\"");
  }

  @Test
  void believesNoOtherClient() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri("/v1/hardware"))
            .headers("X-Auth-Token", "alice-token")
            .headers("X-Forwarded-For", "203.0.113.9", "X-Forwarded-Proto", "https")
            .headers("X-Forwarded-Host", "evil.example.org", "Forwarded", "host=evil.example.org")
            .build();
    try (HttpClient other =
        HttpClient.newBuilder().localAddress(InetAddress.getByName("127.0.0.2")).build()) {
      HttpResponse<String> answer = other.send(request, HttpResponse.BodyHandlers.ofString());

      assertThat(answer.body())
          .contains("\"address\":\"127.0.0.2\"", "\"link\":\"" + uri("/x") + "\"");
      assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/v1/hardware", "/nope", "/v1/broken", "/actuator/health/liveness"})
  void sendsSecurityHeadersWithEveryAnswer(String path) throws Exception {
    for (String token : new String[] {"alice-token", "unknown-token"}) {
      HttpResponse<String> answer = get(path, "X-Auth-Token", token);

      assertThat(answer.headers().map())
          .containsEntry("x-content-type-options", List.of("nosniff"))
          .containsEntry("referrer-policy", List.of("no-referrer"))
          .containsEntry("content-security-policy", List.of("frame-ancestors 'none'"))
          .containsEntry("x-frame-options", List.of("DENY"))
          .containsEntry("cache-control", List.of("no-store"))
          .doesNotContainKeys("strict-transport-security", "pragma", "expires");
    }
  }

  @Test
  void keepsBrowsersOnTlsBehindATrustedProxy() throws Exception {
    HttpResponse<String> answer = get("/", "X-Forwarded-Proto", "https");

    assertThat(answer.headers().firstValue("Strict-Transport-Security"))
        .hasValue("max-age=31536000 ; includeSubDomains");
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20)).GET();
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static String requestId(HttpResponse<String> answer) {
    return answer.headers().firstValue("OpenStack-Request-Id").orElse("");
  }

  private static FakeKeystone start() {
    try {
      return new FakeKeystone();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A service of one controller behind the token filter. Nested, because a test of the whole
   * service leaves out what stands in a test when it scans for components.
   */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
  @Import({
    ApiSecurityConfiguration.class,
    OpenStackConfiguration.class,
    TrustedProxiesConfiguration.class,
    Controller.class
  })
  static class TokenApp {

    @Bean
    Clock clock() {
      return Clock.systemUTC();
    }
  }

  @RestController
  static class Controller {

    @GetMapping("/v1/hardware")
    Map<String, Object> whoAmI(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
      return Map.of(
          "address", request.getRemoteAddr(),
          "link", PageLinks.to(request, "/x"),
          "project", caller.projectId(),
          "roles", caller.roles(),
          "request", caller.requestId(),
          "mdc", String.valueOf(MDC.getCopyOfContextMap()));
    }

    @GetMapping({"/", "/healthcheck", "/v1/hardware/export", "/v1/hardware/export/"})
    Map<String, Object> open() {
      return Map.of("open", true);
    }

    @PostMapping("/v1/hardware/export")
    Map<String, Object> notOpen() {
      return Map.of("open", false);
    }

    @GetMapping("/v1/broken")
    Map<String, Object> broken() {
      throw new IllegalStateException("broken");
    }
  }
}
