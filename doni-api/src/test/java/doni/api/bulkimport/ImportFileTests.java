package doni.api.bulkimport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.bulkimport.ImportRow;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Invalid;
import doni.worker.HardwareType;
import doni.worker.WorkerField;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as spreadsheets, shells and earlier clients write them. */
class ImportFileTests {

  private static final String HEADER =
      "name,hardware_type,properties.machine_name,properties.device_profiles";

  private final HardwareTypes types = types();

  private static HardwareTypes types() {
    List<HardwareType> one =
        List.of(
            new HardwareType(
                "device.balena",
                List.of(),
                List.of(
                    WorkerField.of("machine_name", Map.of("type", "string")),
                    WorkerField.of("contact_email", Map.of("type", "string")),
                    WorkerField.of("application_credential_id", Map.of("type", "string")),
                    WorkerField.of("application_credential_secret", Map.of("type", "string")),
                    WorkerField.of("device_profiles", Map.of("type", "array")),
                    WorkerField.of("su_factor", Map.of("type", "number")),
                    WorkerField.of("shared", Map.of("type", "boolean")))));
    return new HardwareTypes(() -> one, List.of());
  }

  private List<ImportRow> rows(byte[] file, boolean json) throws IOException {
    InputStream in = new ByteArrayInputStream(file);
    List<ImportRow> rows = new ArrayList<>();
    (json ? ImportBody.json(in, types) : ImportBody.csv(in, types)).forEach(rows::add);
    return rows;
  }

  private List<ImportRow> csv(String text) throws IOException {
    return rows(text.getBytes(StandardCharsets.UTF_8), false);
  }

  private List<ImportRow> json(String text) throws IOException {
    return rows(text.getBytes(StandardCharsets.UTF_8), true);
  }

  private static String names(List<ImportRow> rows) {
    assertThat(rows).allSatisfy(row -> assertThat(row.violations()).isEmpty());
    return String.join(" ", rows.stream().map(row -> row.request().name()).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "excel-csv-utf8-crlf.csv, bom0 bom1, 2",
    "excel-german-semicolons.csv, semi0 semi1, 2",
    "excel-unicode-text-utf16le.txt, u160 u161, 2",
    "excel-deleted-rows.csv, empt0 empt1, 2",
    "powershell-bom.jsonl, jb0, 1",
    "array-of-enrollments.json, ja0, 1",
    "pretty-printed.json, jp0, 1",
  })
  void readsFileOfACommonProgram(String file, String names, int firstLine) throws IOException {
    try (InputStream in = getClass().getResourceAsStream("/import/" + file)) {
      List<ImportRow> rows =
          rows(Objects.requireNonNull(in).readAllBytes(), file.contains(".json"));

      assertThat(names(rows)).isEqualTo(names);
      assertThat(rows.getFirst().line()).isEqualTo(firstLine);
      assertThat(rows)
          .allSatisfy(row ->
              assertThat(row.request().properties())
                  .containsEntry("machine_name", "raspberrypi4-64")
                  .doesNotContainKey("device_profiles"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sep=;\r\nname;hardware_type\r\na;device.balena\r\n",
        "SEP=,\nname,hardware_type\na,device.balena\n",
        "\"sep=|\"\nname|hardware_type\na|device.balena\n",
        "sep=\t\nname\thardware_type\na\tdevice.balena\n",
        "name\thardware_type\na\tdevice.balena",
        "name|hardware_type\na|device.balena",
        "\"name\";\"hardware_type\"\n\"a\";\"device.balena\"\n",
        "name,hardware_type\ra,device.balena\r",
        "Name, Hardware Type \na,device.balena\n",
        "NAME;HARDWARE-TYPE\na;device.balena\n",
        "\u00a0name\u00a0,hardware_type\n a ,device.balena\n",
        "\n\n,,\nname,hardware_type,\na,device.balena,\n",
        "name,hardware_type,,,\na,device.balena,,,\n,,,,\n , ,,,\n",
        "name,hardware_type,properties.machine_name\na,device.balena\n",
        "name,hardware_type\n\na,device.balena\n\u00a0,\n\n",
      })
  void readsDialectOfCsv(String text) throws IOException {
    List<ImportRow> rows = csv(text);

    assertThat(names(rows)).isEqualTo("a");
    assertThat(rows.getFirst().request().hardwareType()).isEqualTo("device.balena");
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, efbbbf",
    "UTF-16LE, fffe",
    "UTF-16BE, feff",
    "UTF-32LE, fffe0000",
    "UTF-32BE, 0000feff"
  })
  void readsEncodingOfByteOrderMark(String encoding, String mark) throws IOException {
    byte[] bom = HexFormat.of().parseHex(mark);
    for (String text :
        List.of(
            "name,hardware_type,properties.machine_name\nä1,device.balena,Ünit\n",
            "{\"name\":\"ä1\",\"hardware_type\":\"device.balena\",\"properties\":{\"machine_name\":\"Ünit\"}}")) {
      byte[] encoded = text.getBytes(Charset.forName(encoding));
      byte[] file = new byte[bom.length + encoded.length];
      System.arraycopy(bom, 0, file, 0, bom.length);
      System.arraycopy(encoded, 0, file, bom.length, encoded.length);

      List<ImportRow> rows = rows(file, text.startsWith("{"));

      assertThat(names(rows)).isEqualTo("ä1");
      assertThat(rows.getFirst().request().properties()).containsEntry("machine_name", "Ünit");
    }
  }

  @Test
  void findsPropertiesByNameWithSpacesAndCapitals() throws IOException {
    List<ImportRow> rows =
        csv(
            """
            Name;Hardware Type;Properties.Machine Name;PROPERTIES. SU-Factor;properties.shared
            a;device.balena;raspberrypi4-64;2,5;WAHR
            b;device.balena;raspberrypi4-64;-0,25;TRUE
            c;device.balena;raspberrypi4-64;1.234,5;false
            """);

    assertThat(rows.get(0).violations())
        .containsExactly("/properties/shared: must be true or false");
    assertThat(rows.get(1).request().properties())
        .hasToString("{machine_name=raspberrypi4-64, shared=true, su_factor=-0.25}");
    assertThat(rows.get(2).violations()).containsExactly("/properties/su_factor: must be a number");
  }

  @Test
  void keepsCellsOfTextAsTheyAre() throws IOException {
    List<ImportRow> rows =
        csv(
            """
            name,hardware_type,properties.application_credential_secret
            a,device.balena,00123
            b,device.balena,1E+05
            c,device.balena," x ""y""
             z"
            """);

    assertThat(rows)
        .extracting(row -> row.request().properties())
        .extracting("application_credential_secret")
        .containsExactly("00123", "1E+05", " x \"y\"\n z");
  }

  @Test
  void readsLabelsFromTheirColumnsAndLeavesEmptyCellsOut() throws IOException {
    List<ImportRow> rows =
        csv("name,hardware_type,labels.Purpose,Labels.site/rack\na,t, lab ,r1\nb,t,,\n");

    assertThat(rows.getFirst().request().labels())
        .isEqualTo(Map.of("Purpose", "lab", "site/rack", "r1"));
    assertThat(rows.getLast().request().labels()).isNull();
    assertThat(
            json("{\"name\":\"a\",\"hardware_type\":\"t\",\"properties\":{},\"labels\":{\"a\":\"b\"}}")
                .getFirst()
                .request()
                .labels())
        .isEqualTo(Map.of("a", "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "name,color | unknown column 'color'; allowed: name, hardware_type, project_id, uuid, properties.<name> and labels.<key>",
        "name,Machine Name | unknown column 'Machine Name'; did you mean 'properties.machine_name'?",
        "name,Name | duplicate column 'name'",
        "name,properties.Machine_Name,properties.machine-name | duplicate column 'properties.machine_name'",
        "name\\n\"a | line 2: unclosed quote",
        "name\\n\"a\"\"\\nb\\nc | line 2: unclosed quote",
        "sep=,\\nname\\nx\\n\"a\"b | line 4: a closing quote must be followed by a separator or the end of the line",
        "name\\n\"a\"b\\nc | line 2: a closing quote must be followed by a separator or the end of the line",
        "\\n\\n | The text must begin with a header line; it is empty.",
        "sep=; | The text must begin with a header line; it is empty.",
        "[{\"name\": 1}] | This is JSON; send it as application/x-ndjson or application/json.",
      })
  void refusesCsvThatCannotBeSeparated(String text, String message) {
    assertThatThrownBy(() -> csv(text.replace("\\n", "\n")))
        .isInstanceOf(Invalid.class)
        .hasMessage(message);
  }

  @Test
  void refusesCellsWithoutColumnAndUnreadableCells() throws IOException {
    List<ImportRow> rows =
        csv(
            HEADER
                + "\na,device.balena,x,,y\nb,device.balena,x,[“camera”]"
                + "\n".repeat(5000)
                + "c,device.balena,\"x\0\",{\n");

    assertThat(rows)
        .extracting(ImportRow::violations)
        .containsExactly(
            List.of("column 5 has a value but no name in the header"),
            List.of(
                "/properties/device_profiles: must be valid JSON; replace its typographic quotes by straight ones"),
            List.of(
                "/properties/device_profiles: must be valid JSON",
                "/properties/machine_name: must not contain U+0000 or an unpaired surrogate"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        [
          {"name": "a", "hardware_type": "t", "properties": {}},
          {"name": "b", "hardware_type": "t", "properties": {}}
        ]
        """,
        """
          [{"name": "a", "hardware_type": "t", "properties": {}}, {
        "name": "b", "hardware_type": "t", "properties": {"x": [{}, "]}\\"\"]}}]\
        """,
        """
        {
          "name": "a",
          "hardware_type": "t",
          "properties": {}
        }

        {
          "name": "b",
          "hardware_type": "t",
          "properties": {}
        }\
        """,
        """
        {"name": "a", "hardware_type": "t",
         "properties": {}}\r
        {"name": "b", "hardware_type": "t", "properties": {}}\r
        """,
        """
        [{"name": "a", "hardware_type": "t", "properties": {}}]
        [{"name": "b", "hardware_type": "t", "properties": {}}]\
        """,
        """
        {"name": "a", "hardware_type": "t", "properties": {}}\r
        \r
        {"name": "b", "hardware_type": "t", "properties": {}}\r
        """,
      })
  void readsShapeOfJson(String text) throws IOException {
    assertThat(names(json(text))).isEqualTo("a b");
  }

  @Test
  void reportsWrongElementsOfArrayByTheirLines() throws IOException {
    List<ImportRow> rows =
        json(
            """
            [
              {"name": "a", "hardware_type": "t", "properties": {}},
              7, "seven", null, [],
              {"name": "b", "name": "c",
               "hardware_type": "t", "properties": {}}
            ]
            """);

    assertThat(rows).extracting(ImportRow::line).containsExactly(2, 3, 3, 3, 3, 4);
    assertThat(rows.subList(1, 5))
        .allSatisfy(
            row -> assertThat(row.violations()).containsExactly("The row must be a JSON object."));
    assertThat(rows.getLast().violations()).containsExactly("/name: must not be repeated");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "[{\"name\": \"a\"},\\n {\"name\" \"b\"}] | The text must be valid JSON: see line 2, column 10.",
        "[{\"name\": \"a\"} | The text must be valid JSON: see line 1, column 15.",
        "{\\n \"name\": \"a\"\\n \"x\": 1\\n} | The text must be valid JSON: see line 3, column 2.",
      })
  void namesThePlaceThatMakesRowsInseparable(String text, String message) {
    assertThatThrownBy(() -> json(text.replace("\\n", "\n")))
        .isInstanceOf(Invalid.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "504b0304 [Content_Types].xml | This is an Excel workbook (.xlsx), not text; in Excel, save it as",
        "504b0304 mimetypeapplication/vnd.oasis.opendocument.spreadsheet | This is an OpenDocument spreadsheet (.ods), not text; in LibreOffice, save it as 'Text CSV (.csv)'",
        "504b0304 Index/Document.iwa | This is a Numbers spreadsheet (.numbers), not text; in Numbers, choose File > Export To > CSV",
        "504b0304 devices.csv | This is a ZIP archive; unpack it first.",
        "d0cf11e0a1b11ae1 | This is an Excel workbook (.xls), not text; in Excel, save it as",
        "1f8b0800 | This is compressed by gzip; decompress it first.",
        "20 <?xml version=\"1.0\"?> | This is XML or HTML, neither CSV nor JSON",
        "20 <html> | This is XML or HTML, neither CSV nor JSON",
        "2d2d2d0a name: a | This is YAML, neither CSV nor JSON; convert it",
        "2d20 name: a | This is YAML, neither CSV nor JSON; convert it",
        "6e0061006d006500 | This is binary, or UTF-16 without a byte order mark; save it as UTF-8: in Excel",
        "6e616d650aff | Line 2 is not UTF-8; in Excel, save it as 'CSV UTF-8 (Comma delimited) (*.csv)'; in LibreOffice",
        "fffe6e00610 0d8 | Line 1 is not UTF-16LE; in Excel",
      })
  void namesTheKindOfFileAndHowToSaveIt(String content, String message) {
    int space = content.indexOf(' ');
    String hex =
        content.matches("[0-9a-f ]+") ? content.replace(" ", "") : content.substring(0, space);
    String text = content.matches("[0-9a-f ]+") ? "" : content.substring(space + 1);
    byte[] start = HexFormat.of().parseHex(hex);
    byte[] rest = text.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[start.length + rest.length];
    System.arraycopy(start, 0, file, 0, start.length);
    System.arraycopy(rest, 0, file, start.length, rest.length);

    for (boolean json : List.of(true, false)) {
      assertThatThrownBy(() -> rows(file, json))
          .isInstanceOf(Invalid.class)
          .hasMessageStartingWith(message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"é,device.balena", "a,device.balena\nb\u00fc,device.balena"})
  void refusesLatin1(String row) {
    byte[] file = ("name,hardware_type\n" + row).getBytes(StandardCharsets.ISO_8859_1);

    assertThatThrownBy(() -> rows(file, false))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("is not UTF-8; in Excel, save it as 'CSV UTF-8");
  }
}
