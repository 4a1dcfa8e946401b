package doni.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code doni import FILE} sends, and how it reports lines of the file. */
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

  private FakeService.Ended run(Path file, String... more) {
    List<String> arguments = new ArrayList<>(List.of("import", file.toString()));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Map<String, String> environment =
        Map.of(
            "DONI_URL", "http://127.0.0.1:" + service.getAddress().getPort(), "OS_TOKEN", "t0ken");
    int code =
        DoniClient.run(
            arguments,
            new CommandConsole(
                new PrintWriter(out), new PrintWriter(err), environment, false, time -> {}));
    return new FakeService.Ended(code, out.toString(), err.toString());
  }

  /** The files of the tests of the service, which reads them too. */
  private static Path resource(String name) {
    return Path.of("..", "doni-api", "src", "test", "resources", "import", name);
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
    assertThat(run(resource(file)).code()).isEqualTo(3);

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
  void reportsLinesOfTheFile(String mode) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("devices.txt"),
            "[\n {\"name\": \"a\"}, {\"name\": \"b\"},\n\n {\n  \"name\":\n  \"c\"\n }\n]\n");

    FakeService.Ended ended = run(file, "--mode", mode);

    assertThat(ended.code()).isEqualTo(3);

    assertThat(sent.getFirst().body())
        .isEqualTo("{\"name\": \"a\"}\n{\"name\": \"b\"}\n{   \"name\":   \"c\"  }");
    assertThat(ended.out())
        .contains("line 2: invalid: no\nline 2: invalid: no\nline 4: invalid: no\n")
        .contains("0 created, 0 already enrolled, 3 refused");
  }

  @Test
  void sendsALongArrayInParts() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("long.json"),
            "[\n" + "{\"name\": \"a\"},\n".repeat(2500) + "{\"name\": \"a\"}]");

    FakeService.Ended ended = run(file);

    assertThat(ended.code()).isEqualTo(3);

    assertThat(sent)
        .extracting(one -> one.body().lines().count())
        .containsExactly(1000L, 1000L, 501L);
    assertThat(ended.out()).contains("line 2502: invalid: no");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devices.xlsx | PK<3><4> [Content_Types].xml | This is an Excel workbook (.xlsx), not text;"
            + " in Excel, save it as 'CSV UTF-8 (Comma delimited) (*.csv)'.",
        "devices.yaml | --- | This is YAML, neither CSV nor JSON; convert it, for example with yq"
            + " -o json.",
        "devices.json | [{\"name\" | The text must be valid JSON: see line 1, column 9.",
      })
  void refusesFileThatCannotBeReadWithoutARequest(String name, String content, String message)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve(name), content.replace("<3>", "\3").replace("<4>", "\4"));

    FakeService.Ended ended = run(file);

    assertThat(ended.code()).isEqualTo(1);

    assertThat(ended.err()).contains("doni import: " + file + ": " + message);
    assertThat(sent).isEmpty();
  }
}
