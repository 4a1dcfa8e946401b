package doni.api.bulkimport;

import static org.assertj.core.api.Assertions.assertThat;

import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of any content are read or refused; see "Fuzz a parser" in docs/engineers.md. */
class ImportFuzzTests {

  private static final HardwareTypes TYPES =
      new HardwareTypes(
          () ->
              List.of(
                  new HardwareType(
                      "device.balena",
                      List.of(),
                      List.of(
                          WorkerField.of("machine_name", Map.of("type", "string")),
                          WorkerField.of("device_profiles", Map.of("type", "array")),
                          WorkerField.of("su_factor", Map.of("type", "number")),
                          WorkerField.of("shared", Map.of("type", "boolean"))))),
          List.of());

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    for (boolean json : new boolean[] {true, false}) {
      ByteArrayInputStream file = new ByteArrayInputStream(input);
      try {
        (json ? ImportBody.json(file, TYPES) : ImportBody.csv(file, TYPES))
            .forEach(row -> assertThat(row.line()).isPositive());
      } catch (RequestRefusedException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/ImportFuzzTests.csv")
  void readsOrRefusesEachFileOfTheCorpus(String input) throws IOException {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  /** One character per byte. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "name,hardware_type\na,device.balena\n",
        "name;hardware_type;properties.su_factor\r\na;device.balena;1,5\r\n;;\r\n",
        "sep=\t\r\nname\thardware_type\r\na\tb",
        "sep=",
        "name,name\na,b",
        "name,properties.,properties.x\na,b,c",
        "name,hardware_type,properties.device_profiles\na,device.balena,\"[\"\"x\"\", \"\"\"\n",
        "name,hardware_type,properties.shared\na,device.balena,TRUE\nb,device.balena,2",
        "name\n\"",
        "name\n\"a\"b\n",
        "\"na\nme\",x\n1,2",
        "name,hardware_type\na\nb,c,d",
        "\u00ef\u00bb\u00bfname,hardware_type\na,b",
        "\u00ff\u00fen\0a\0m\0e\0\n\0a\0",
        "\u00fe\u00ff\0n\0a\0m\0e",
        "\u00ff\u00fe\0",
        "\u00ff\u00fe\0\u00d8",
        "PK\u0003\u0004",
        "{\\rtf1",
        "{}",
        "[]",
        "[{}]",
        "[{},",
        "[null]",
        "[[{}]]",
        "{\"name\": \"a\", \"hardware_type\": \"device.balena\", \"properties\": {}}",
        "{\"name\": \"a\"}\n{\"name\": \"b\"}\n\n{",
        "{\n\"name\": 1}\n{\"properties\": []}",
        "{\"uuid\": \"x\", \"project_id\": 1, \"name\": null}",
        "[{\"name\": \"a\", \"name\": \"b\"}]",
        "[{\"name\": \"\\ud800\", \"\\u0000\": 1e999}]",
        "[{\"name\": \"a\"} {\"name\": \"b\"}]",
        "\"name\"",
        "1",
        "11111111e11111111111111",
        "\0"
      })
  void readsOrRefusesEachFile(String input) throws IOException {
    fuzzerTestOneInput(input.getBytes(StandardCharsets.ISO_8859_1));
  }
}
