package doni.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A page of the documents, with its fenced blocks and the lines outside of them. */
record MarkdownPage(Path file, List<CodeBlock> blocks, List<String> prose) {

  /** Of the checkout; the launcher stands there. */
  static final Path ROOT =
      Path.of(System.getProperty("doni.launcher")).resolveSibling(".").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("^( *)```([a-z]*)$");
  private static final Pattern COMMENT =
      Pattern.compile("^ *<!-- (not run|file|exit code): (.+) -->$");
  private static final Set<String> SHELLS = Set.of("sh", "bash", "shell", "console");

  /**
   * A fenced block.
   *
   * @param line where it begins
   * @param directive {@code not run}, {@code file} or {@code exit code}, from the comment before it
   */
  record CodeBlock(
      String page,
      int line,
      String language,
      List<String> lines,
      Optional<String> directive,
      String value) {

    boolean isCommand() {
      return SHELLS.contains(language);
    }

    boolean isNotRun() {
      return has("not run");
    }

    Optional<String> fileName() {
      return has("file") ? Optional.of(value) : Optional.empty();
    }

    int exitCode() {
      return has("exit code") ? Integer.parseInt(value) : 0;
    }

    String text() {
      return String.join("\n", lines) + "\n";
    }

    /** What a shell is to run. */
    String commands() {
      if (!language.equals("console")) {
        return text();
      }
      return String.join(
          "\n",
          lines.stream()
              .filter(line -> line.startsWith("$ "))
              .map(line -> line.substring(2))
              .toList());
    }

    /** What is printed then; empty where the page does not show it. */
    List<String> output() {
      return language.equals("console")
          ? lines.stream().filter(line -> !line.startsWith("$ ")).toList()
          : List.of();
    }

    private boolean has(String name) {
      return directive.filter(name::equals).isPresent();
    }

    @Override
    public String toString() {
      return page + ":" + line;
    }
  }

  MarkdownPage {
    blocks = List.copyOf(blocks);
    prose = List.copyOf(prose);
  }

  /** The pages at the root, under {@code docs} and under {@code .github}. */
  static List<MarkdownPage> all() {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> github = Files.walk(ROOT.resolve(".github"))) {
      return Stream.of(top, docs, github)
          .flatMap(files -> files)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .map(MarkdownPage::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String name() {
    return ROOT.relativize(file).toString();
  }

  static MarkdownPage read(Path file) {
    try {
      return parse(file, Files.readAllLines(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MarkdownPage parse(Path file, List<String> lines) {
    List<CodeBlock> blocks = new ArrayList<>();
    List<String> prose = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        prose.add(lines.get(i));
        continue;
      }
      int begin = i;
      String indent = fence.group(1);
      List<String> text = new ArrayList<>();
      while (!lines.get(++i).equals(indent + "```")) {
        text.add(
            lines.get(i).startsWith(indent)
                ? lines.get(i).substring(indent.length())
                : lines.get(i).strip());
      }
      Matcher comment = COMMENT.matcher(begin == 0 ? "" : lines.get(begin - 1));
      boolean directed = comment.matches();
      blocks.add(
          new CodeBlock(
              file.getFileName().toString(),
              begin + 1,
              fence.group(2),
              text,
              directed ? Optional.of(comment.group(1)) : Optional.empty(),
              directed ? comment.group(2) : ""));
    }
    return new MarkdownPage(file, blocks, prose);
  }
}
