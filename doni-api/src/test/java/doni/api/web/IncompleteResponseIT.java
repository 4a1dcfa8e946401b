package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.Http;
import doni.api.MemoryIntake;
import doni.api.RestTest;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessResourceFailureException;

/** Lists that fail when a part of them was sent already. */
@RestTest
@ExtendWith(OutputCaptureExtension.class)
class IncompleteResponseIT {

  private final MemoryIntake intake;
  private final Http http;

  IncompleteResponseIT(@Autowired MemoryIntake intake, @LocalServerPort int port) {
    this.intake = intake;
    this.http = new Http(port);
  }

  @BeforeEach
  void enroll() {
    intake.clear();
    IntStream.range(0, 300).forEach(number -> intake.add("edge-" + number, "alice-proj"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/hardware", "/v1/hardware/export"})
  void endsAListThatFailsWithoutItsEnd(String path, CapturedOutput output) throws IOException {
    intake.interruptListsWith(new IllegalStateException("hunter2"));

    String answer = http.raw(get(path, "1.1"));

    assertThat(answer)
        .startsWith("HTTP/1.1 200")
        .contains("Transfer-Encoding: chunked", "edge-250")
        .doesNotEndWith("\r\n0\r\n\r\n")
        .doesNotContain("links", "error", "hunter2");
    assertThat(output.getAll().lines().filter(line -> line.contains(" ERROR ")).toList())
        .singleElement()
        .asString()
        .contains("GET " + path + " interrupted");
  }

  @Test
  void closesNoJsonThatIsIncomplete() throws IOException {
    intake.interruptListsWith(new IllegalStateException("hunter2"));

    assertThat(http.raw(get("/v1/hardware/export", "1.0")))
        .contains("edge-250")
        .doesNotContain("]}");
  }

  @Test
  void logsAnOutageOfTheDatabaseAsOne(CapturedOutput output) throws IOException {
    intake.interruptListsWith(new DataAccessResourceFailureException("jdbc:secret"));

    assertThat(http.raw(get("/v1/hardware/export", "1.1"))).doesNotEndWith("\r\n0\r\n\r\n");
    assertThat(output).contains("GET /v1/hardware/export interrupted").doesNotContain(" ERROR ");
  }

  @Test
  void endsACompleteListAsOne() throws IOException {
    assertThat(http.raw(get("/v1/hardware/export", "1.1"))).endsWith("\r\n0\r\n\r\n");
    assertThat(http.get("/v1/hardware").json().get("hardware").size()).isEqualTo(300);
  }

  private static String get(String path, String version) {
    return "GET %s HTTP/%s\r\nHost: doni\r\nX-Auth-Token: alice-token\r\nConnection: close\r\n\r\n"
        .formatted(path, version);
  }
}
