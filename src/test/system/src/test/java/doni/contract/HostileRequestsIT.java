package doni.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that a client can send brings the service down, into the database or into its log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestsIT {

  private static final int TIMEOUT_MILLIS = 30_000;

  private final ServiceUnderTest service;

  HostileRequestsIT(@TempDir Path directory) throws IOException {
    service = ServiceUnderTest.start(directory);
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @TestFactory
  Stream<DynamicTest> isRefused() {
    return Stream.concat(
        HostileRequests.all()
            .map(hostile -> DynamicTest.dynamicTest(hostile.name(), () -> assertRefused(hostile))),
        Stream.of(
            DynamicTest.dynamicTest("nothing was stored", this::assertNothingStored),
            DynamicTest.dynamicTest("nothing was logged as an error", this::assertNothingLogged)));
  }

  private void assertRefused(HostileRequest hostile) throws IOException {
    Answer answer = RawAnswer.parse(exchange(hostile.bytes()));

    assertThat(answer.status()).as(answer.body()).isBetween(400, 499);
    assertThat(answer.json())
        .as(answer.body())
        .hasValueSatisfying(json -> {
          assertThat(json.propertyNames()).containsExactly("error", "errors");
          assertThat(json.get("error").asString()).isNotEmpty();
        });
  }

  private void assertNothingStored() throws IOException, InterruptedException {
    URI everything = service.uri().resolve("/v1/hardware?all_projects=True");
    HttpRequest request =
        HttpRequest.newBuilder(everything)
            .header("X-Auth-Token", ServiceUnderTest.TOKENS.getOrDefault("admin", ""))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      Answer answer = Answer.of(http.send(request, BodyHandlers.ofString()));
      assertThat(answer.json().orElseThrow().get("hardware").size()).isZero();
    }
  }

  private void assertNothingLogged() throws IOException {
    assertThat(service.errorsLogged()).isEmpty();
  }

  /** What came back, up to where the connection was closed. */
  private String exchange(byte[] request) throws IOException {
    try (Socket socket = new Socket(service.uri().getHost(), service.uri().getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      Thread sender = Thread.startVirtualThread(() -> send(socket, request));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      sender.interrupt();
      return answer;
    }
  }

  private static void send(Socket socket, byte[] request) {
    try {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
    } catch (SocketException e) {
      // The service need not read to the end what it refuses.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
