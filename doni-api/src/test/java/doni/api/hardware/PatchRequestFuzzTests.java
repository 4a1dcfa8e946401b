package doni.api.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.api.web.JsonBody;
import doni.request.RequestRefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of any content are read or refused; see "Fuzz a parser" in docs/engineers.md. */
class PatchRequestFuzzTests {

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      PatchRequestReader.read(JsonBody.parse(input))
          .forEach(operation -> assertThat(operation.pointer()).startsWith("/"));
    } catch (RequestRefusedException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/PatchRequestFuzzTests.csv")
  void readsOrRefusesEachBodyOfTheCorpus(String input) {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  /** One character per byte. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "[1]",
        "[{}]",
        "[{\"op\": \"add\"}]",
        "[{\"op\": 1, \"path\": 1, \"value\": 1}]",
        "[{\"op\": \"ADD\", \"path\": \"/name\", \"value\": \"x\"}]",
        "[{\"op\": \"add\", \"path\": \"\", \"value\": \"x\"}]",
        "[{\"op\": \"add\", \"path\": \"/\", \"value\": \"x\"}]",
        "[{\"op\": \"add\", \"path\": \"/~\", \"value\": \"x\"}]",
        "[{\"op\": \"add\", \"path\": \"/~0~1~2\", \"value\": \"x\"}]",
        "[{\"op\": \"remove\", \"path\": \"/properties/a\", \"value\": \"x\", \"from\": \"/b\"}]",
        "[{\"op\": \"test\", \"path\": \"/name\", \"value\": null}]",
        "[{\"op\": \"replace\", \"path\": \"/properties\", \"value\": {\"a\": [1.5, -0, 1e2]}}]",
        "[{\"op\": \"add\", \"path\": \"/\\ud800\", \"value\": \"\\u0000\"}]",
        "0E26127333770760283000",
        "\u00ef\u00bb\u00bf[]",
        "[\u00ff]",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  void readsOrRefusesEachBody(String input) {
    fuzzerTestOneInput(input.getBytes(StandardCharsets.ISO_8859_1));
  }
}
