package doni.cli;

import static org.assertj.core.api.Assertions.assertThat;

import doni.DoniApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class MachineTypesCommandTests {

  private static final String TOASTER =
      """
      version: 1
      machine-types:
        toaster: { full-name: Toaster 9, vendor: ACME, model: "9", fleet: acme/toasters }
      """;

  @TempDir private Path directory;

  private static int run(String... arguments) {
    return DoniCommand.run(DoniApplication.class, arguments);
  }

  private void file(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  @Test
  void lintFindsNothingInARightDirectory(CapturedOutput output) throws IOException {
    file("toaster.yaml", TOASTER);

    assertThat(run("types", "lint", directory.toString())).isZero();
    assertThat(output.getOut()).contains("no problems found");
  }

  @Test
  void lintSaysEverythingThatIsWrongWithFilePlaceAndWhatIsAllowed(CapturedOutput output)
      throws IOException {
    file("a.yaml", "{version: 1, machine-types: {pi: {fleet: a/b/c, colour: red}}}");
    file("b.yaml", "a: [");

    assertThat(run("types", "lint", directory.toString())).isEqualTo(1);
    assertThat(output.getOut())
        .contains(
            "a.yaml, /machine-types/pi/fleet: 'a/b/c' is not allowed; allowed: a Balena fleet",
            "a.yaml, /machine-types/pi/colour: is not known; allowed: fleet, full-name",
            "b.yaml, line 1",
            "3 problems found");
  }

  @Test
  void lintCountsWhatTheConfigurationSaysToo(CapturedOutput output) throws IOException {
    file("toaster.yaml", TOASTER);

    int code =
        run(
            "types",
            "lint",
            "--doni.types-directory=" + directory,
            "--doni.workers.balena.device-fleet-mapping.toaster=other");

    assertThat(code).isEqualTo(1);
    assertThat(output.getOut())
        .contains(
            "toaster.yaml, /machine-types/toaster/fleet: is configured as"
                + " doni.workers.balena.device-fleet-mapping.toaster too");
  }

  @Test
  void lintWantsADirectory(CapturedOutput output) {
    assertThat(run("types", "lint")).isEqualTo(2);
    assertThat(output.getErr()).contains("no directory: give DIR or set doni.types-directory");
    assertThat(run("types", "lint", directory.resolve("absent").toString())).isEqualTo(2);
    assertThat(output.getErr()).contains("absent does not exist");
    assertThat(run("types")).isEqualTo(2);
    assertThat(run("types", "lint", "--fast")).isEqualTo(2);
  }

  @Test
  void listShowsWhatMayBeEnrolled(CapturedOutput output) throws IOException {
    file("toaster.yaml", TOASTER);

    assertThat(run("types", "list", directory.toString(), "--output=json")).isZero();
    assertThat(output.getOut())
        .contains(
            "{\"name\":\"toaster\",\"full-name\":\"Toaster 9\",\"vendor\":\"ACME\",\"model\":\"9\",\"fleet\":\"acme/toasters\"}",
            "\"name\":\"coral-dev\"");
    assertThat(run("types", "list")).isZero();
    assertThat(output.getOut()).contains("full-name=Coral Dev Board");
  }

  @Test
  void listRefusesABrokenDirectory(CapturedOutput output) throws IOException {
    file("b.yaml", "a: [");

    assertThat(run("types", "list", directory.toString())).isEqualTo(1);
    assertThat(output.getErr()).contains("b.yaml");
  }
}
