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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Nothing that a client can send brings the service down, into the database or into its log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileRequestsIT {

  private static final int TIMEOUT_MILLIS = 30_000;
  private static final Path PUBLISHED = Path.of("..", "..", "..", "openapi", "doni.yaml");
  private static final AtomicInteger DEVICES = new AtomicInteger();
  private static final String DEVICE =
      """
      {"name": "NAME", "hardware_type": "fake-hardware",
       "properties": {"default_required_field": "drf"}}
      """;

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

  /** Each operation with a body, so that a new one cannot be forgotten. */
  @TestFactory
  Stream<DynamicTest> everyOperationAnswersOddJson() throws IOException {
    Set<String> withBody = operationsWithABody();
    assertThat(OddJson.PLACES.keySet()).isEqualTo(withBody);
    return withBody.stream()
        .map(
            operation -> DynamicTest.dynamicTest(operation, () -> assertAnswersOddJson(operation)));
  }

  private static Set<String> operationsWithABody() throws IOException {
    Map<String, Map<String, Map<String, Map<String, Object>>>> document =
        new Yaml().load(Files.readString(PUBLISHED));
    Set<String> operations = new TreeSet<>();
    Objects.requireNonNull(document.get("paths"))
        .forEach((path, methods) ->
            methods.forEach((method, operation) -> {
              if (operation.containsKey("requestBody")) {
                operations.add(method.toUpperCase(Locale.ROOT) + " " + path);
              }
            }));
    return operations;
  }

  private void assertAnswersOddJson(String operation) throws IOException {
    HostileRequest enrollment =
        HostileRequest.post("a device", DEVICE.replace("NAME", "odd-" + DEVICES.incrementAndGet()));
    String device =
        RawAnswer.parse(exchange(enrollment.bytes()))
            .json()
            .orElseThrow()
            .path("uuid")
            .asString("");
    String line = operation.replace("{ref}", device) + " HTTP/1.1";
    for (Map.Entry<String, String> odd : OddJson.values().entrySet()) {
      for (String place : Objects.requireNonNull(OddJson.PLACES.get(operation))) {
        Answer answer = send(line, place.replace("%s", odd.getValue()));
        assertThat(answer.status()).as("%s in %s", odd.getKey(), place).isBetween(200, 499);
        if (answer.status() >= 400) {
          assertThat(answer.json().orElseThrow().propertyNames()).contains("error", "errors");
        }
      }
    }
    // It may be in quarantine now, and could not be deleted.
    send("POST /v1/hardware/" + device + "/release HTTP/1.1", "");
    Answer deleted = send("DELETE /v1/hardware/" + device + " HTTP/1.1", "");
    assertThat(deleted.status()).isEqualTo(200);
    assertNothingLogged();
  }

  private Answer send(String line, String body) throws IOException {
    HostileRequest request =
        HostileRequest.line("", line)
            .without("X-Auth-Token")
            .header("X-Auth-Token: " + ServiceUnderTest.TOKENS.get("admin"))
            .header("Content-Type: application/json")
            .body(body.getBytes(StandardCharsets.ISO_8859_1))
            .build();
    return RawAnswer.parse(exchange(request.bytes()));
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
