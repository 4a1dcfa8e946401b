package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PolicyConfigurationTests {

  private static final Caller MEMBER =
      new Caller("u", "user", "p", Set.of("member"), Map.of(), "req-1");

  private final ApplicationContextRunner context =
      new ApplicationContextRunner()
          .withBean("localClock", Clock.class, Clock::systemUTC)
          .withUserConfiguration(PolicyConfiguration.class);

  @Test
  void usesTheDefaultsWithoutAFile() {
    context.run(c ->
        assertThat(c.getBean(AccessPolicy.class).allows("hardware:create", MEMBER, Map.of()))
            .isFalse());
  }

  @Test
  void usesTheFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("p.yaml"), "\"hardware:create\": \"@\"");

    context
        .withPropertyValues("doni.policy-file=" + file)
        .run(c ->
            assertThat(c.getBean(AccessPolicy.class).allows("hardware:create", MEMBER, Map.of()))
                .isTrue());
  }

  @Test
  void doesNotStartWithAMissingFile(@TempDir Path directory) {
    context
        .withPropertyValues("doni.policy-file=" + directory.resolve("absent.yaml"))
        .run(c ->
            assertThat(c)
                .getFailure()
                .rootCause()
                .message()
                .contains("doni.policy-file", "absent.yaml", "does not exist")
                .doesNotContain("\n"));
  }

  @Test
  void doesNotStartWithABrokenFile(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("p.yaml"), "a: \"role:x and\"");

    context
        .withPropertyValues("doni.policy-file=" + file)
        .run(c ->
            assertThat(c)
                .getFailure()
                .rootCause()
                .message()
                .contains("doni.policy-file", "rule 'a', character 11")
                .doesNotContain("\n"));
  }
}
