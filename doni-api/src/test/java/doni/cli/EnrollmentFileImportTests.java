package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What {@code doni import FILE} sends, and how it reports lines of the file. */
@ExtendWith(OutputCaptureExtension.class)
class EnrollmentFileImportTests {

  private record Sent(String type, String body) {}

  private final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());
  private HttpServer service;

  @TempDir private Path directory;

  @BeforeEach
  void start() throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext("/v1/hardware:import", this::answer);
    service.start();
  }

  @AfterEach
  void stop() {
    service.stop(0);
  }

  /** Refuses every row, so that the command prints its line. */
  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    sent.add(new Sent(exchange.getRequestHeaders().getFirst("Content-Type"), body));
    int rows = (int) body.lines().count();
    String report =
        IntStream.rangeClosed(1, rows)
            .mapToObj(
                "{\"line\": %d, \"outcome\": \"invalid\", \"violations\": [\"no\"]}"::formatted)
            .collect(
                Collectors.joining(
                    ",",
                    "{\"created\": 0, \"exists\": 0, \"differs\": 0, \"invalid\": "
                        + rows
                        + ", \"rows\": [",
                    "]}"));
    byte[] bytes = report.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int run(Path file, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "import",
                file.toString(),
                "--url=http://127.0.0.1:" + service.getAddress().getPort(),
                "--token-file=" + token()));
    arguments.addAll(List.of(more));
    return DoniCommand.run(EnrollmentFileImportTests.class, arguments.toArray(String[]::new));
  }

  private Path token() {
    try {
      return Files.writeString(directory.resolve("token"), "t0ken");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path resource(String name) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/import/" + name)) {
      return Files.write(directory.resolve(name), Objects.requireNonNull(in).readAllBytes());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "excel-csv-utf8-crlf.csv, text/csv, 'name,hardware_type', false",
    "excel-german-semicolons.csv, text/csv, name;hardware_type, false",
    "excel-unicode-text-utf16le.txt, text/csv, name\thardware_type, false",
    "excel-deleted-rows.csv, text/csv, 'name,hardware_type', false",
    "powershell-bom.jsonl, application/x-ndjson, '{\"name\":\"jb0\"', true",
    "array-of-enrollments.json, application/x-ndjson, '{\"name\":\"ja0\"', true",
    "pretty-printed.json, application/x-ndjson, '{  \"name\":\"jp0\",', true",
  })
  void sendsFileOfACommonProgramAsUtf8(String file, String type, String start, boolean oneLine)
      throws IOException {
    assertThat(run(resource(file))).isEqualTo(3);

    assertThat(sent)
        .singleElement()
        .satisfies(one -> {
          assertThat(one.type()).isEqualTo(type);
          assertThat(one.body()).startsWith(start);
          assertThat(one.body().strip().lines().count() == 1).isEqualTo(oneLine);
        });
  }

  @ParameterizedTest
  @CsvSource({"row", "all"})
  void reportsLinesOfTheFile(String mode, CapturedOutput output) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("devices.txt"),
            "[\n {\"name\": \"a\"}, {\"name\": \"b\"},\n\n {\n  \"name\":\n  \"c\"\n }\n]\n");

    assertThat(run(file, "--mode", mode)).isEqualTo(3);

    assertThat(sent.getFirst().body())
        .isEqualTo("{\"name\": \"a\"}\n{\"name\": \"b\"}\n{   \"name\":   \"c\"  }");
    assertThat(output.getOut())
        .contains("line 2: invalid: no\nline 2: invalid: no\nline 4: invalid: no\n")
        .contains("0 created, 0 already enrolled, 3 refused");
  }

  @Test
  void sendsALongArrayInParts(CapturedOutput output) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("long.json"),
            "[\n" + "{\"name\": \"a\"},\n".repeat(2500) + "{\"name\": \"a\"}]");

    assertThat(run(file)).isEqualTo(3);

    assertThat(sent)
        .extracting(one -> one.body().lines().count())
        .containsExactly(1000L, 1000L, 501L);
    assertThat(output.getOut()).contains("line 2502: invalid: no");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devices.xlsx | PK<3><4> [Content_Types].xml | This is an Excel workbook (.xlsx), not text; in Excel, save it as 'CSV UTF-8 (Comma delimited) (*.csv)'.",
        "devices.yaml | --- | This is YAML, neither CSV nor JSON; convert it, for example with yq -o json.",
        "devices.json | [{\"name\" | The text must be valid JSON: see line 1, column 9.",
      })
  void refusesFileThatCannotBeReadWithoutARequest(
      String name, String content, String message, CapturedOutput output) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve(name), content.replace("<3>", "\3").replace("<4>", "\4"));

    assertThat(run(file)).isEqualTo(1);

    assertThat(output.getErr()).contains("doni import: " + file + ": " + message);
    assertThat(sent).isEmpty();
  }
}
