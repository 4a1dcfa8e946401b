package doni.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The paths that {@code docs/architecture.md} lists file by file. */
class PathsInArchitectureTests {

  private static final Pattern HEADING = Pattern.compile("### (.+): (\\d+) files?");
  private static final Pattern FILES = Pattern.compile("\\| `(doni[a-z0-9.]*)` \\| (.+) \\|");
  private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]*)`");

  /** What the paths have come down to; a path may become shorter, never longer. */
  private static final Map<String, Integer> LIMITS =
      Map.of(
          "PATCH to the first backend call", 74,
          "Node event to STEADY", 60,
          "Why a device is not STEADY", 1);

  /** A heading with its count, and the files of the table below it. */
  private record ListedPath(String title, int count, List<String> files) {}

  private static List<ListedPath> paths() {
    List<ListedPath> paths = new ArrayList<>();
    Map<String, ListedPath> byTitle = new LinkedHashMap<>();
    for (String line :
        MarkdownPage.read(MarkdownPage.ROOT.resolve("docs/architecture.md")).prose()) {
      Matcher heading = HEADING.matcher(line);
      Matcher row = FILES.matcher(line);
      if (heading.matches()) {
        paths.add(
            new ListedPath(
                heading.group(1), Integer.parseInt(heading.group(2)), new ArrayList<>()));
        byTitle.put(heading.group(1), paths.getLast());
      } else if (line.startsWith("#")) {
        byTitle.clear();
      } else if (row.matches() && !byTitle.isEmpty()) {
        NAME.matcher(row.group(2))
            .results()
            .forEach(name ->
                paths
                    .getLast()
                    .files()
                    .add(row.group(1).replace('.', '/') + "/" + name.group(1) + ".java"));
      }
    }
    return paths;
  }

  @Test
  void listsThePathsAndKeepsTheirLimits() {
    assertThat(paths())
        .extracting(ListedPath::title)
        .containsExactlyInAnyOrderElementsOf(LIMITS.keySet());
    assertThat(paths())
        .allSatisfy(path ->
            assertThat(path.count())
                .as(path.title())
                .isLessThanOrEqualTo(LIMITS.get(path.title())));
  }

  @Test
  void countsTheFilesThatItLists() {
    assertThat(paths())
        .allSatisfy(path ->
            assertThat(new HashSet<>(path.files()))
                .as(path.title())
                .hasSize(path.count())
                .hasSameSizeAs(path.files()));
  }

  @Test
  void listsFilesThatExist() {
    assertThat(paths().stream().flatMap(path -> path.files().stream()))
        .isNotEmpty()
        .allSatisfy(file ->
            assertThat(
                    Stream.of("doni-api", "doni-sync", "doni-workers")
                        .map(module -> sources(module).resolve(file)))
                .as(file)
                .anyMatch(Files::exists));
  }

  private static Path sources(String module) {
    return MarkdownPage.ROOT.resolve(module).resolve("src/main/java");
  }
}
