package doni.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each text of the console exists in each of its languages. */
class ConsoleMessagesTests {

  private static final Path CONSOLE = Path.of("src", "main", "resources", "console");
  private static final Pattern KEY = Pattern.compile("#\\{([a-z.]+)[}(]");
  private static final Pattern ARGUMENT = Pattern.compile("\\{\\d}");

  @Test
  void languagesHaveTheSameKeysAndArguments() throws IOException {
    Properties english = bundle("messages.properties");
    Properties german = bundle("messages_de.properties");

    assertThat(german.stringPropertyNames()).isEqualTo(english.stringPropertyNames());
    for (String key : english.stringPropertyNames()) {
      assertThat(arguments(german.getProperty(key)))
          .as(key)
          .isEqualTo(arguments(english.getProperty(key)));
      assertThat(german.getProperty(key)).as(key).isNotBlank();
      assertThat(english.getProperty(key)).as(key).isNotBlank();
    }
  }

  @Test
  void everyTextOfATemplateIsInTheBundle() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.list(CONSOLE)) {
      for (Path template : files.filter(file -> file.toString().endsWith(".html")).toList()) {
        KEY.matcher(Files.readString(template))
            .results()
            .forEach(match -> used.add(match.group(1)));
      }
    }

    assertThat(used).hasSizeGreaterThan(40);
    assertThat(bundle("messages.properties").stringPropertyNames()).containsAll(used);
  }

  private static List<String> arguments(String text) {
    return ARGUMENT.matcher(text).results().map(MatchResult::group).sorted().toList();
  }

  private static Properties bundle(String name) throws IOException {
    Properties texts = new Properties();
    try (Reader file = Files.newBufferedReader(CONSOLE.resolve(name), StandardCharsets.UTF_8)) {
      texts.load(file);
    }
    return texts;
  }
}
