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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportBodyTests {

  private final HardwareTypes types = types();

  private static HardwareTypes types() {
    List<HardwareType> one =
        List.of(
            new HardwareType(
                "pi",
                List.of(),
                List.of(
                    WorkerField.of("text", Map.of("type", "string")),
                    WorkerField.of("list", Map.of("type", "array")))));
    return new HardwareTypes(() -> one, List.of());
  }

  private List<ImportRow> json(String body) throws IOException {
    List<ImportRow> rows = new ArrayList<>();
    ImportBody.json(stream(body), types).forEach(rows::add);
    return rows;
  }

  private List<ImportRow> csv(String body) throws IOException {
    List<ImportRow> rows = new ArrayList<>();
    ImportBody.csv(stream(body), types).forEach(rows::add);
    return rows;
  }

  private static ByteArrayInputStream stream(String body) {
    return new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsALineForEachDeviceAndCountsEmptyOnes() throws IOException {
    List<ImportRow> rows =
        json(
            """
            {"name": "a", "hardware_type": "pi", "properties": {"list": [1]}, "project_id": "p"}

            {"name": "b", "hardware_type": "pi", "properties": {}, "uuid": "f9caab2e-9bc7-4a67-b09a-d3d7d51a1d0c"}
            """);

    assertThat(rows).extracting(ImportRow::line).containsExactly(1, 3);
    assertThat(rows).allSatisfy(row -> assertThat(row.violations()).isEmpty());
    assertThat(rows.getFirst().projectId()).isEqualTo("p");
    assertThat(rows.getFirst().request().properties()).isEqualTo(Map.of("list", List.of(1)));
    assertThat(String.valueOf(rows.getLast().id()))
        .isEqualTo("f9caab2e-9bc7-4a67-b09a-d3d7d51a1d0c");
  }

  @Test
  void aRowThatCannotBeReadLeavesTheOthersAlone() throws IOException {
    List<ImportRow> rows =
        json(
            """
            {"name": "a"
            {"name": "b", "hardware_type": "pi", "properties": {}, "colour": 1, "uuid": "x"}
            [1]
            {"name": "d", "hardware_type": "pi", "properties": {}}
            """);

    assertThat(rows).hasSize(4);
    assertThat(rows.get(0).violations())
        .containsExactly("The row must be valid JSON: see column 13.");
    assertThat(rows.get(1).request().name()).isEqualTo("b");
    assertThat(rows.get(1).violations())
        .containsExactly("uuid: must be a UUID", "colour: is not allowed here");
    assertThat(rows.get(2).violations()).containsExactly("The row must be a JSON object.");
    assertThat(rows.get(3).violations()).isEmpty();
  }

  @Test
  void readsCsvWithQuotesLinesInCellsAndJsonWhereAPropertyIsNoText() throws IOException {
    List<ImportRow> rows =
        csv(
            String.join(
                "",
                "\ufeffname,hardware_type,properties.text,properties.list,project_id\r\n",
                "a,pi,\"says \"\"hi\"\",\ntwice\",\"[1, \"\"x\"\"]\",\r\n",
                "\r\n",
                "b,pi,7,,p\n",
                "c,pi,,no json,\n",
                "d,pi\n"));

    assertThat(rows).extracting(ImportRow::line).containsExactly(2, 5, 6, 7);
    assertThat(rows.get(0).request().properties())
        .isEqualTo(Map.of("text", "says \"hi\",\ntwice", "list", List.of(1, "x")));
    assertThat(rows.get(1).request().properties()).isEqualTo(Map.of("text", "7"));
    assertThat(rows.get(1).projectId()).isEqualTo("p");
    assertThat(rows.get(2).violations()).containsExactly("/properties/list: must be valid JSON");
    // Excel omits empty cells at the end of a row.
    assertThat(rows.get(3).violations()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "name,colour\n", "name,name\n", "name\n\"a", "name\n\"a\"b\n"})
  void refusesCsvThatIsNone(String body) {
    assertThatThrownBy(() -> csv(body)).isInstanceOf(Invalid.class);
  }

  @Test
  void refusesTooManyRowsAndTooManyBytes() {
    String row = "{\"name\": \"a\", \"hardware_type\": \"pi\", \"properties\": {}}\n";

    assertThatThrownBy(() -> json(row.repeat(ImportBody.MAX_ROWS + 1)))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("10000 rows");
    assertThatThrownBy(() -> json(" ".repeat(ImportBody.MAX_BYTES + 1)))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("8 MiB");
    assertThatThrownBy(() -> csv("name\n" + "a\n".repeat(ImportBody.MAX_ROWS + 1)))
        .isInstanceOf(Invalid.class)
        .hasMessageContaining("10000 rows");
  }

  @Test
  void readsAsManyRowsAsAllowed() throws IOException {
    String array = "[" + "{\"name\": \"a\"},\n".repeat(ImportBody.MAX_ROWS - 1) + "{}]";

    assertThat(csv("name\n" + "a\n".repeat(ImportBody.MAX_ROWS))).hasSize(ImportBody.MAX_ROWS);
    assertThat(json("{}\n".repeat(ImportBody.MAX_ROWS))).hasSize(ImportBody.MAX_ROWS);
    assertThat(json(array)).hasSize(ImportBody.MAX_ROWS);
  }
}
