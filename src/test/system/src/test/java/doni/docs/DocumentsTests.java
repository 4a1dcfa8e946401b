package doni.docs;

import static org.assertj.core.api.Assertions.assertThat;

import doni.docs.MarkdownPage.CodeBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents refer to exists, and they keep to the rules for texts. */
class DocumentsTests {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:IT|Tests))`");
  private static final Pattern NAME = Pattern.compile("`([a-z][A-Za-z0-9]*)`");

  /** A test class, and methods of it with remarks in brackets. */
  private static final Pattern METHODS_OF_TEST =
      Pattern.compile(
          "`([A-Z][A-Za-z0-9]*(?:IT|Tests))`: ((?:(?:, )?`[a-z][A-Za-z0-9]*`(?: \\([^)]*\\))?)+)");

  private static final Pattern UNIDIOMATIC =
      Pattern.compile(
          "\\b(nobody|somebody|whoever|anew|afresh|mend(ed|s|ing)?|(is|are) looked at|tells of|(?<!there )is no (?!longer)[a-zA-Z]+)\\b",
          Pattern.CASE_INSENSITIVE);
  private static final Set<String> LANGUAGES =
      Set.of("sh", "console", "json", "csv", "yaml", "ini", "python", "mermaid");
  private static final int WIDTH = 120;

  private static final List<MarkdownPage> PAGES = MarkdownPage.all();

  @Test
  void linksLeadToFilesAndHeadings() {
    assertThat(
            PAGES.stream()
                .flatMap(page ->
                    prose(page, LINK)
                        .map(link -> link.group(1))
                        .filter(link -> !link.contains("://"))
                        .filter(link -> !leadsSomewhere(page, link))
                        .map(link -> page.name() + ": " + link)))
        .isEmpty();
  }

  @Test
  void namedTestsExist() throws IOException {
    Set<String> tests = javaFiles().keySet();

    assertThat(
            PAGES.stream()
                .flatMap(page -> prose(page, TEST_CLASS).map(test -> test.group(1)))
                .filter(name -> !tests.contains(name)))
        .isEmpty();
  }

  @Test
  void namedTestMethodsExist() throws IOException {
    Map<String, Path> files = javaFiles();

    assertThat(
            PAGES.stream()
                .flatMap(page -> prose(page, METHODS_OF_TEST))
                .flatMap(test ->
                    NAME.matcher(test.group(2))
                        .results()
                        .map(name -> name.group(1))
                        .filter(name ->
                            !isDeclared(Objects.requireNonNull(files.get(test.group(1))), name))
                        .map(name -> test.group(1) + ": " + name)))
        .isEmpty();
  }

  @Test
  void everyBlockHasALanguageThatSaysWhetherItRuns() {
    assertThat(
            PAGES.stream()
                .flatMap(page -> page.blocks().stream())
                .filter(block -> !LANGUAGES.contains(block.language()) || isMisdirected(block)))
        .isEmpty();
  }

  @Test
  void textsAreIdiomatic() {
    assertThat(
            PAGES.stream()
                .flatMap(page ->
                    prose(page, UNIDIOMATIC).map(found -> page.name() + ": " + found.group())))
        .isEmpty();
  }

  @Test
  void linesAreWrapped() {
    assertThat(
            PAGES.stream()
                .flatMap(page ->
                    page.prose().stream()
                        .filter(line -> line.length() > WIDTH && !line.strip().startsWith("|"))
                        .map(line -> page.name() + ": " + line)))
        .isEmpty();
  }

  @Test
  void aBlockIsReadWithItsCommentAndWithoutItsIndentation() {
    MarkdownPage page =
        MarkdownPage.parse(
            Path.of("page.md"),
            List.of(
                "1. Run it.",
                "",
                "   <!-- exit code: 3 -->",
                "   ```console",
                "   $ ls  x",
                "   y",
                "   ```"));

    CodeBlock block = page.blocks().getFirst();

    assertThat(block.commands()).isEqualTo("ls  x");
    assertThat(block.output()).containsExactly("y");
    assertThat(block.exitCode()).isEqualTo(3);
    assertThat(block).hasToString("page.md:4");
  }

  /** A comment that fits no block of its kind would silently change nothing. */
  private static boolean isMisdirected(CodeBlock block) {
    return block.isCommand() ? block.fileName().isPresent() : block.isNotRun();
  }

  private static Stream<MatchResult> prose(MarkdownPage page, Pattern pattern) {
    return pattern.matcher(String.join("\n", page.prose())).results();
  }

  private static boolean leadsSomewhere(MarkdownPage page, String link) {
    String[] parts = URLDecoder.decode(link, StandardCharsets.UTF_8).split("#", 2);
    Path target =
        parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]).normalize();
    return Files.exists(target)
        && (parts.length == 1 || headings(MarkdownPage.read(target)).contains(parts[1]));
  }

  private static Set<String> headings(MarkdownPage page) {
    Set<String> headings = new HashSet<>();
    page.prose().stream()
        .filter(line -> line.startsWith("#"))
        .map(line ->
            line.replaceFirst("^#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 _-]", "")
                .replace(' ', '-'))
        .forEach(headings::add);
    return headings;
  }

  /** The Java files by the name of their class. */
  private static Map<String, Path> javaFiles() throws IOException {
    Map<String, Path> found = new HashMap<>();
    for (String module : List.of("doni-cli", "doni-workers", "doni-sync", "doni-api", "src/test")) {
      try (Stream<Path> files = Files.walk(MarkdownPage.ROOT.resolve(module))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> found.put(file.getFileName().toString().replace(".java", ""), file));
      }
    }
    return found;
  }

  private static boolean isDeclared(Path javaFile, String method) {
    try {
      return Files.readString(javaFile).contains(" " + method + "(");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
