package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ReloadingPolicyFileTests {

  private static final Caller MEMBER =
      new Caller("u", "user", "p", Set.of("member"), Map.of(), "req-1");

  private final SettableClock clock = new SettableClock();
  @TempDir private Path directory;
  private Path path = Path.of("unset");

  @BeforeEach
  void setUp() {
    path = directory.resolve("policy.yaml");
  }

  @Test
  void replacesDefaultsByName() throws Exception {
    write("\"hardware:create\": \"@\"\n");

    ReloadingPolicyFile file = open();

    assertThat(allowsCreate(file)).isTrue();
    assertThat(file.current().allows("hardware:sync_all", MEMBER, Map.of())).isFalse();
  }

  @Test
  void readsAChangedFileWithinASecond() throws Exception {
    write("\"hardware:create\": \"!\"\n");
    ReloadingPolicyFile file = open();

    write("\"hardware:create\": \"@\"\n");
    boolean atOnce = allowsCreate(file);
    clock.advance(Duration.ofSeconds(1));
    boolean later = allowsCreate(file);

    assertThat(atOnce).isFalse();
    assertThat(later).isTrue();
  }

  @Test
  void noticesAChangeOfTheSameSizeAndTime() throws Exception {
    write("\"hardware:create\": \"!\"\n");
    ReloadingPolicyFile file = open();
    clock.advance(Duration.ofSeconds(1));
    file.current();
    FileTime time = Files.getLastModifiedTime(path);

    write("\"hardware:create\": \"@\"\n");
    Files.setLastModifiedTime(path, time);
    clock.advance(Duration.ofSeconds(5));

    assertThat(allowsCreate(file)).isTrue();
  }

  @Test
  void keepsTheLastGoodRulesAndLogsABrokenFileOnce(CapturedOutput output) throws Exception {
    write("\"hardware:create\": \"@\"\n");
    ReloadingPolicyFile file = open();

    write("\"hardware:create\": \"role:member or\"\n");
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofSeconds(5));
      assertThat(allowsCreate(file)).isTrue();
    }

    assertThat(output.getOut())
        .containsOnlyOnce("rule 'hardware:create', character 15: expected a check");
  }

  @Test
  void usesARepairedFile() throws Exception {
    write("\"hardware:create\": \"!\"\n");
    ReloadingPolicyFile file = open();
    write("- broken\n");
    clock.advance(Duration.ofSeconds(5));
    file.current();

    write("\"hardware:create\": \"role:member\"\n");
    clock.advance(Duration.ofSeconds(5));

    assertThat(allowsCreate(file)).isTrue();
  }

  @Test
  void keepsTheLastGoodRulesWhenTheFileGoesAway(CapturedOutput output) throws Exception {
    write("\"hardware:create\": \"@\"\n");
    ReloadingPolicyFile file = open();

    Files.delete(path);
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofSeconds(5));
      assertThat(allowsCreate(file)).isTrue();
    }

    assertThat(output.getOut())
        .containsOnlyOnce("does not exist; the last valid rules stay active");
  }

  @Test
  void isNotUsableFromTheStartWithoutTheFile() {
    assertThatThrownBy(this::open)
        .isInstanceOf(PolicyFileException.class)
        .hasMessage("does not exist");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'a': @                       | must be YAML: line 1, column 6",
        "{a: 'role:x', a: 'role:y'}   | must be YAML: line 1",
        "a: 12                        | rule 'a' must be a string",
        "a:                           | rule 'a' has no value",
        "true: 'role:x'               | 'true' must be the name of a rule",
        "- a                          | must be a mapping",
        "a: [['role:x', 'not role:y']]| rule 'a', character 4: a list holds single checks",
        "a: [{b: c}]                  | rule 'a' is a list of something else",
        "{a: 'rule:b', b: 'rule:a'}   | refers to itself: ",
        "{a: 'not rule:a'}            | rule 'a' refers to itself: a -> a",
        "{default: 'rule:nowhere'}    | rule 'default' refers to itself",
      })
  void saysWhatIsWrongWithTheFile(String content, String message) throws Exception {
    write(content);

    assertThatThrownBy(this::open)
        .isInstanceOf(PolicyFileException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private ReloadingPolicyFile open() throws PolicyFileException {
    return new ReloadingPolicyFile(path, AccessPolicy.defaultRules(), clock);
  }

  private void write(String content) throws IOException {
    Files.writeString(path, content);
  }

  private static boolean allowsCreate(ReloadingPolicyFile file) {
    return file.current().allows("hardware:create", MEMBER, Map.of());
  }

  private static final class SettableClock extends Clock {
    private Instant now = Clock.systemUTC().instant();

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
