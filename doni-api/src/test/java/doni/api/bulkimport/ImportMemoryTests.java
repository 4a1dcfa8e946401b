package doni.api.bulkimport;

import static org.assertj.core.api.Assertions.assertThat;

import doni.bulkimport.ImportRow;
import doni.hardwaretype.HardwareTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest import in a heap that cannot hold all of its rows at once. */
class ImportMemoryTests {

  private static final int PROPERTIES = 70;

  @ParameterizedTest
  @ValueSource(strings = {"lines", "array", "csv"})
  void readsTheLargestImportInASmallHeap(String shape, @TempDir Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ImportMemoryTests.class.getName(),
                shape)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(output).endsWith("10000 rows with 700000 properties\n");
  }

  /** Reads an import in the process of the test. */
  public static void main(String[] arguments) throws IOException {
    HardwareTypes types = new HardwareTypes(List::of, List.of());
    Iterable<ImportRow> rows =
        arguments[0].equals("csv")
            ? ImportBody.csv(new ByteArrayInputStream(csv()), types)
            : ImportBody.json(new ByteArrayInputStream(json(arguments[0].equals("array"))), types);
    int count = 0;
    int properties = 0;
    for (ImportRow row : rows) {
      count++;
      properties += row.request().properties() == null ? 0 : row.request().properties().size();
    }
    System.out.printf("%d rows with %d properties%n", count, properties);
  }

  private static byte[] json(boolean array) {
    String row =
        IntStream.range(0, PROPERTIES)
            .mapToObj(i -> "\"p%d\":\"\"".formatted(i))
            .collect(
                Collectors.joining(
                    ",", "{\"name\":\"a\",\"hardware_type\":\"t\",\"properties\":{", "}}"));
    String separator = array ? ",\n" : "\n";
    return ((array ? "[" : "")
            + (row + separator).repeat(ImportBody.MAX_ROWS - 1)
            + row
            + (array ? "]" : ""))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] csv() {
    String header =
        IntStream.range(0, PROPERTIES)
            .mapToObj(i -> ",properties.p" + i)
            .collect(Collectors.joining("", "name,hardware_type", "\n"));
    return (header + ("a,t" + ",1234567".repeat(PROPERTIES) + "\n").repeat(ImportBody.MAX_ROWS))
        .getBytes(StandardCharsets.UTF_8);
  }
}
