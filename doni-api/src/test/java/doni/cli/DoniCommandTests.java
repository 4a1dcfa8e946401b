package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DoniCommandTests {

  @Test
  void printsItsCommands(CapturedOutput output) {
    assertThat(run("--help")).isZero();
    assertThat(output.getOut()).contains("Usage: doni", "serve", "Runs the service");
  }

  @Test
  void printsHowToServe(CapturedOutput output) {
    assertThat(run("serve", "--help")).isZero();
    assertThat(output.getOut())
        .contains(
            "Usage: doni serve",
            "  doni serve --doni.keystone.static-tokens.trial.user-id=trial \\");
  }

  @Test
  void printsHowToMigrate(CapturedOutput output) {
    assertThat(run("migrate-from", "--help")).isZero();
    assertThat(output.getOut())
        .contains("Usage: doni migrate-from", "--password-file", "--dry-run", "Exit code: 0");
  }

  @Test
  void printsWhatItDoesWithSecrets(CapturedOutput output) {
    assertThat(run("secrets", "--help")).isZero();
    assertThat(output.getOut()).contains("Usage: doni secrets", "verify", "rotate");
  }

  @ParameterizedTest
  @CsvSource({
    "doctor, doni doctor --output json",
    "migrate-db, doni migrate-db --check",
    "policy-check, doni policy-check --rule hardware:create --roles member"
  })
  void printsExamplesAndExitCodes(String command, String example, CapturedOutput output) {
    assertThat(run(command, "--help")).isZero();
    assertThat(output.getOut()).contains(example, "Exit code: 0");
  }

  @Test
  void printsItsVersion(CapturedOutput output) {
    assertThat(run("--version")).isZero();
    assertThat(output.getOut()).startsWith("doni ");
  }

  @Test
  void printsItsUsageWithoutACommand(CapturedOutput output) {
    assertThat(run()).isEqualTo(2);
    assertThat(output.getErr()).contains("missing command", "Usage: doni");
  }

  @ParameterizedTest
  @CsvSource({
    "fly, 'fly'",
    "--fast, '--fast'",
    "serve --fast, '--fast'",
    "serve 8001, '8001'",
    "serve server.port=8001, 'server.port=8001'",
    "migrate-from, URL",
    "migrate-from jdbc:mysql://hunter2@db/doni, jdbc:mariadb://host:3306/database",
    "migrate-from jdbc:mariadb://db/doni --fast, '--fast'",
    "secrets, verify or rotate",
    "doctor --fast, '--fast'",
    "import, either FILE or --from must be given",
    "import devices.csv --from ironic, either FILE or --from must be given",
    "import devices.csv --apply, --project-id require --from",
    "import devices.csv --fast, '--fast'",
    "import --from nova, 'nova'",
    "import --from ironic --mode all, --mode requires FILE",
    "import --from ironic --apply --dry-run, --dry-run and --apply are mutually exclusive",
    "import --from ironic --fast, '--fast'",
    "doctor --time-limit=0, 1 to 600",
    "migrate-db --fast, '--fast'",
    "policy-check --fast, '--fast'",
    "secrets verify --fast, '--fast'"
  })
  void refusesWhatItDoesNotKnowAndPrintsItsUsage(
      String arguments, String named, CapturedOutput output) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(output.getErr()).contains(named, "Usage: doni").doesNotContain("hunter2");
    assertThat(output.getOut()).isEmpty();
  }

  private static int run(String... arguments) {
    return DoniCommand.run(DoniCommandTests.class, arguments);
  }
}
