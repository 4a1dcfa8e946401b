package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PolicyCheckCommandTests {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rule hardware:create --roles member | 3 | denied: hardware:create, by role:admin",
        "--rule hardware:create --roles member,Admin | 0 | allowed: hardware:create, by role:admin",
        "--rule hardware:get --roles reader --project p1 --target project_id=p1 | 0 | allowed: hardware:get",
        "--rule hardware:update --roles reader --project p1 --target project_id=p1 | 3 | by role:admin or role:member",
        "--rule hardware:update --project p1 --target project_id=p1 --doni.policy-defaults=original | 0 | allowed",
        "--rule hardware:get --project p1 --target project_id=p2 | 3 | by role:admin or project_id:%(project_id)s",
        "--rule hardware:get --project p1 | 3 | denied: hardware:get"
      })
  void saysWhatTheDefaultsAllow(String arguments, int code, String said, CapturedOutput output) {
    assertThat(run(arguments.split(" "))).isEqualTo(code);
    assertThat(output.getOut()).contains(said, "(default)");
  }

  @Test
  void namesTheRulesOnTheWay(CapturedOutput output) throws IOException {
    String file =
        file(
            """
            "operator": "role:operator and not user_id:mallory"
            "hardware:delete": "role:admin or rule:operator"
            """);

    int code = run(file, "--rule", "hardware:delete", "--roles", "operator", "--output", "json");

    assertThat(code).isZero();
    assertThat(output.getOut())
        .contains("\"allowed\":true", "\"because\":\"role:operator and not user_id:mallory\"")
        .contains("{\"rule\":\"hardware:delete\",\"text\":\"role:admin or rule:operator\"}")
        .contains("{\"rule\":\"operator\"");
  }

  @Test
  void namesTheConditionThatFailed(CapturedOutput output) throws IOException {
    String file = file("\"hardware:sync_all\": \"role:admin and user_id:alice\"\n");

    assertThat(run(file, "--rule", "hardware:sync_all", "--roles", "admin", "--user", "bob"))
        .isEqualTo(PolicyCheckCommand.DENIED);

    assertThat(output.getOut())
        .contains("denied: hardware:sync_all, by user_id:alice", "(policy file)");
  }

  @Test
  void saysWhatIsSurelyNotMeant(CapturedOutput output) throws IOException {
    String file =
        file(
            """
            "hardware:creat": "role:member"
            "hardware:get": "rule:admin_or_ownr or rolle:x"
            "hardware:update": "http://example.org/check"
            """);

    assertThat(run(file)).isEqualTo(1);

    assertThat(output.getOut())
        .contains("rule 'hardware:creat' is asked for by nothing")
        .contains("rule 'hardware:get' refers to the rule 'admin_or_ownr', which does not exist")
        .contains("rule 'hardware:get' compares 'rolle', which no token has")
        .contains("rule 'hardware:update' asks http://example.org/check, which is not supported");
  }

  @Test
  void findsAttributesThatNoDeviceHas(CapturedOutput output) throws IOException {
    assertThat(run(file("\"hardware:delete\": \"role:admin and not 'x':%(owner)s\"\n")))
        .isEqualTo(1);
    assertThat(output.getOut())
        .contains("FAIL rule 'hardware:delete' needs %(owner)s, which no device has: it denies");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hardware:create: '@' | hardware:create | true",
        "hardware:update: 'project_id:%(project_id)s' | hardware:update | true",
        "hardware:update: 'not role:banned' | hardware:update | true",
        "hardware:update: 'role:member and project_id:%(project_id)s' | hardware:update | false",
        "hardware:update: 'user_id:4711' | hardware:update | false",
        "hardware:delete: 'role:admin or rule:own' | hardware:delete | false",
        "own: 'rule:admin_or_owner' | hardware:update | false"
      })
  void warnsOfWritesWithoutARole(String text, String rule, boolean warned, CapturedOutput output)
      throws IOException {
    run(
        file(
            text.replace("hardware:", "\"hardware:").replaceFirst("(hardware:\\w+)", "$1\"")
                + "\n"));

    String warning = "WARN rule '" + rule + "' lets callers without a role write";
    assertThat(output.getOut().contains(warning)).isEqualTo(warned);
  }

  @Test
  void evaluatesARuleOfTypesAsTheServiceDoes(CapturedOutput output) throws IOException {
    String file =
        file(
            """
            "hardware:delete": "project_id:%(project_id)s and not 'baremetal':%(hardware_type)s"
            """);
    String[] asked = {
      file, "--rule", "hardware:delete", "--project", "p1", "--target", "project_id=p1"
    };

    assertThat(run(asked)).isEqualTo(2);
    assertThat(output.getErr()).contains("--target: rule hardware:delete needs hardware_type");
    assertThat(run(with(asked, "--target", "hardware_type=baremetal")))
        .isEqualTo(PolicyCheckCommand.DENIED);
    assertThat(run(with(asked, "--target", "hardware_type=device.balena"))).isZero();
  }

  private static String[] with(String[] arguments, String... more) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void findsNothingWrongWithAGoodFile(CapturedOutput output) throws IOException {
    assertThat(run(file("\"hardware:create\": \"role:member\"\n"))).isZero();
    assertThat(output.getOut()).contains("no problems found");
  }

  @Test
  void cannotDecideByAFileThatCannotBeUsed(CapturedOutput output) throws IOException {
    assertThat(run(file("\"hardware:get\": \"role:admin or\"\n"), "--rule", "hardware:get"))
        .isEqualTo(1);
    assertThat(output.getErr()).contains("doni policy-check: doni.policy-file", "hardware:get");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rule hardware:fly | unknown rule 'hardware:fly'; allowed: admin_or_owner, hardware:create",
        "--rule hardware:get --target owner=x | unknown attribute 'owner' of hardware:get; allowed: hardware_type, name, project_id, uuid",
        "--rule leftover:get --target project_id=x | unknown attribute 'project_id' of leftover:get; allowed: none",
        "--roles member | --roles, --project, --user and --target require --rule",
        "--output xml | 'xml'",
        "fly | 'fly'"
      })
  void refusesWhatItDoesNotKnow(String arguments, String said, CapturedOutput output) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(output.getErr()).contains(said, "Usage: doni policy-check");
  }

  private String file(String text) throws IOException {
    return "--doni.policy-file=" + Files.writeString(directory.resolve("policy.yaml"), text);
  }

  private static int run(String... arguments) {
    List<String> all = new ArrayList<>();
    all.add("policy-check");
    all.addAll(List.of(arguments));
    return DoniCommand.run(PolicyCheckCommandTests.class, all.toArray(String[]::new));
  }
}
