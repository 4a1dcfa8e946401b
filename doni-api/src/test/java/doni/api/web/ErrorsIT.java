package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import doni.api.MemoryIntake;
import doni.api.RestTest;
import doni.request.RequestRefusedException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessResourceFailureException;

@RestTest
@ExtendWith(OutputCaptureExtension.class)
class ErrorsIT {

  private static final String ONE = "/v1/hardware/edge-01";

  private final LoggingSystem logging = LoggingSystem.get(ErrorsIT.class.getClassLoader());
  private final MemoryIntake intake;
  private final Http http;

  ErrorsIT(@Autowired MemoryIntake intake, @LocalServerPort int port) {
    this.intake = intake;
    this.http = new Http(port);
  }

  @BeforeEach
  void clear() {
    intake.clear();
  }

  private static String body(int status, String text) {
    return """
    {"error":"%s","errors":[{"status":%d,"title":"%s"}]}\
    """
        .formatted(text, status, text);
  }

  private Http.Answer failing(RuntimeException failure) {
    intake.failWith(failure);
    return http.get(ONE);
  }

  @Test
  void answersARefusalWithItsStatusAndText() {
    assertThat(failing(new RequestRefusedException.Invalid("limit: bad")))
        .satisfies(answer -> assertThat(answer.status()).isEqualTo(400))
        .satisfies(answer -> assertThat(answer.body()).isEqualTo(body(400, "limit: bad")));
    assertThat(failing(new RequestRefusedException.Forbidden("hardware:get")).status())
        .isEqualTo(403);
    assertThat(failing(RequestRefusedException.NotFound.hardware("x")).status()).isEqualTo(404);
    assertThat(failing(RequestRefusedException.Conflict.name("x")).status()).isEqualTo(409);
    assertThat(failing(new RequestRefusedException.Stale("moved")).status()).isEqualTo(412);
  }

  @Test
  void says503WhileTheDatabaseIsAway(CapturedOutput output) {
    Http.Answer answer = failing(new DataAccessResourceFailureException("jdbc:secret"));

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Retry-After")).isEqualTo("5");
    assertThat(answer.body()).doesNotContain("secret");
    assertThat(output).doesNotContain("ERROR");
  }

  @Test
  void says503AboutAConnectionThatBrokeDeepInside() {
    var broken = new SQLException("terminating connection", "57P01");

    assertThat(failing(new IllegalStateException(new RuntimeException(broken))).status())
        .isEqualTo(503);
  }

  @Test
  void saysNothingOfADefectButLogsItOnce(CapturedOutput output) {
    Http.Answer answer = failing(new IllegalStateException("hunter2"));

    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.error()).contains("Request: req-test").doesNotContain("hunter2");
    assertThat(output.getAll().lines().filter(line -> line.contains(" ERROR ")).toList())
        .singleElement()
        .asString()
        .contains("GET " + ONE + " failed");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/nope,404",
    "POST,/nope,404",
    "GET,/v1/nope,404",
    "GET,/v1,404",
    "GET,/v1/hardware/a/b/c,404",
    "PUT,/v1/hardware,405",
    "DELETE,/v1/hardware,405",
    "PATCH,/v1/hardware,405",
    "POST,/v1/hardware/edge-01,405",
    "GET,/v1/hardware/edge-01/sync,405"
  })
  void answersInJsonWhereNothingIsMapped(String method, String path, int status) {
    Http.Answer answer = http.send(method, path, "");

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.error()).isNotEmpty();
    assertThat(answer.body()).isEqualTo(body(status, answer.error()));
  }

  @Test
  void saysWhichMethodsAreAllowed() {
    assertThat(http.send("PUT", "/v1/hardware", "").header("Allow")).contains("GET", "POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "///",
        "application/jsonx",
        "application/json;charset=latin1",
        "application/json;charset=nope",
        "application/json-patch+json"
      })
  void refusesABodyOfAnotherType(String type) {
    Http.Answer answer = http.send("POST", "/v1/hardware", "{}", "Content-Type", type);

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.error()).contains("application/json");
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /v1/hardware, gzip",
    "PATCH, /v1/hardware/edge-01, gzip",
    "POST, /v1/hardware:import, gzip",
    "POST, /v1/hardware/sync, gzip",
    "POST, /v1/hardware, GZIP",
    "POST, /v1/hardware, deflate",
    "POST, /v1/hardware, br",
    "POST, /v1/hardware, 'identity, gzip'"
  })
  void refusesACompressedBody(String method, String path, String encoding) {
    Http.Answer answer =
        http.send(
            method, path, "{}", "Content-Type", "application/json", "Content-Encoding", encoding);

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.error())
        .isEqualTo("Content-Encoding: must be identity; send the body uncompressed.");
  }

  @ParameterizedTest
  @CsvSource({"/v1/hardware/export", "/v1/hardware", "/healthcheck", "/v1/leftovers", "/v1/sync"})
  void neverFailsForOddNamesOfParametersAndHeaders(String path) throws IOException {
    String request = "GET %s HTTP/1.1\r\nHost: a\r\nX-Auth-Token: t\r\n%sConnection: close\r\n\r\n";
    for (String name :
        List.of("%00", "%01", "%0A", "%7F", "%C2%88", "%EF%BF%BF", "%ff", "%", "%zz")) {
      assertThat(http.raw(request.formatted(path + "?" + name + "=1", "")))
          .as(name)
          .doesNotStartWith("HTTP/1.1 5")
          .startsWith("HTTP/1.1 ");
    }
    for (String header :
        List.of("X-A: \u0001", "If-Match: \u0080", "Accept: \u00ff", "\u00e9: 1")) {
      assertThat(http.raw(request.formatted(path, header + "\r\n")))
          .as(header)
          .doesNotStartWith("HTTP/1.1 5")
          .startsWith("HTTP/1.1 ");
    }
  }

  @Test
  void refusesAnAcceptThatItCannotMeet() {
    Http.Answer answer = http.get("/v1/hardware", "Accept", "text/html");

    assertThat(answer.status()).isEqualTo(406);
    assertThat(answer.error()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*/*", "application/*", "application/json", "text/html, */*;q=0.1"})
  void meetsAnAcceptThatItCan(String accept) {
    assertThat(http.get("/v1/hardware", "Accept", accept).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{nope", "[]", "null", "1", "\"x\""})
  void refusesABodyThatIsNoEnrollment(String body) {
    Http.Answer answer = http.post("/v1/hardware", body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).isNotEmpty();
  }

  @Test
  void refusesALargeBody() {
    Http.Answer answer = http.post("/v1/hardware", " ".repeat(1024 * 1024 + 1));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.error()).contains("1 MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/hardware/<x> HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/hardware/a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/hardware;x=y/a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/hardware/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/hardware HTTP/1.1\r\n\r\n",
        "GET /v1/hardware HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n",
        "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\u0016\u0003\u0001\r\n\r\n"
      })
  void answersInJsonWhereSpringIsNotReached(String request) throws IOException {
    String answer = http.raw(request);

    assertThat(answer)
        .contains("Content-Type: application/json")
        .contains("OpenStack-Request-Id: req-")
        .endsWith(body(400, "The request line, a header or the query string is invalid."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Auth-Token : hunter2",
        "X-Auth-Token: hunter2\u0001",
        "X-Auth-Token: hunter2\r",
        "X-Auth-Token hunter2",
        "Cookie: doni_session=hunter2\"x"
      })
  void logsNoHeaderThatItCannotRead(String header, CapturedOutput output) throws IOException {
    logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.DEBUG);
    try {
      http.raw(
          "GET /v1/hardware/export HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
              + header
              + "\r\n\r\n");
    } finally {
      logging.setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
    }

    assertThat(output).doesNotContain("hunter2");
  }

  /** The only answers of 5xx to a request, which RFC 9110 and RFC 9112 ask for. */
  @ParameterizedTest
  @CsvSource({
    "CONNECT evil.example:80 HTTP/1.1, , 501",
    "GET /healthcheck HTTP/1.1, Transfer-Encoding: x, 501",
    "GET /healthcheck HTTP/3.0, , 505"
  })
  void answersThatItHasNoSuchProtocol(String line, @Nullable String header, int status)
      throws IOException {
    String head = "Host: a\r\nConnection: close\r\n" + (header == null ? "" : header + "\r\n");

    assertThat(http.raw(line + "\r\n" + head + "\r\n")).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void answersInJsonToHeadersThatAreTooLarge() throws IOException {
    String answer =
        http.raw("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "a".repeat(20_000) + "\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 4")
        .contains("{\"error\":", "\"errors\":[{\"status\":4");
  }
}
