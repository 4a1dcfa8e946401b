package doni.cli;

import doni.doctor.CheckResult;
import doni.doctor.Doctor;
import doni.worker.Finding;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code doni doctor}: looks at all that the service needs. */
@Command(
    name = "doctor",
    description = {
      "Looks at the configuration, the database, the keys of secrets, the policy, Keystone, the backend of each"
          + " enabled worker, the clock, the files and the disk, and says for each finding what to do. Changes"
          + " nothing, and needs no running service.",
      SettingsCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 all is right, 1 something is to be mended, 2 wrong arguments.",
      "",
      "Examples:",
      "  doni doctor",
      "  doni doctor --output json --time-limit 30 --doni.home=/var/lib/doni"
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand extends SettingsCommand {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final String ROW = "%-8s %-22s %s%n";

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description = "How long each examination may take (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  private int timeLimit = 20;

  @Override
  int work(ConfigurableEnvironment environment) throws InterruptedException {
    if (timeLimit < 1 || timeLimit > 600) {
      throw refused("--time-limit: '" + timeLimit + "' is not allowed; allowed: 1 to 600");
    }
    Doctor doctor = new Doctor(environment, StartFailure::line, Duration.ofSeconds(timeLimit));
    return tell(
        doctor.examine(
            SettingNames.unknown(environment).map(ConfigurationPropertyName::toString).toList()));
  }

  @Override
  int unreadable(String why) {
    return tell(
        List.of(
            new CheckResult(
                "configuration",
                new Finding.Problem(why, "correct it; nothing else was looked at"))));
  }

  private int tell(List<CheckResult> diagnoses) {
    long wrong = diagnoses.stream().filter(CheckResult::isWrong).count();
    if (json()) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("findings", wrong);
      report.put("checks", diagnoses.stream().map(DoctorCommand::document).toList());
      out().println(JSON.writeValueAsString(report));
    } else {
      diagnoses.forEach(this::print);
      out().println(wrong == 0 ? "all is right" : wrong + " to be mended");
    }
    out().flush();
    return wrong == 0 ? 0 : 1;
  }

  private void print(CheckResult diagnosis) {
    switch (diagnosis.checkup()) {
      case Finding.Ok(String found) -> row("ok", diagnosis, found);
      case Finding.Skipped(String found) -> row("skipped", diagnosis, found);
      case Finding.Problem(String found, String advice) -> {
        row("WRONG", diagnosis, found);
        out().printf(ROW, "", "", "-> " + advice);
      }
    }
  }

  private void row(String state, CheckResult diagnosis, String found) {
    out().printf(ROW, state, diagnosis.subject(), found);
  }

  private static Map<String, Object> document(CheckResult diagnosis) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("check", diagnosis.subject());
    switch (diagnosis.checkup()) {
      case Finding.Ok(String found) -> put(document, "ok", found);
      case Finding.Skipped(String found) -> put(document, "skipped", found);
      case Finding.Problem(String found, String advice) -> {
        put(document, "wrong", found);
        document.put("advice", advice);
      }
    }
    return document;
  }

  private static void put(Map<String, Object> document, String state, String found) {
    document.put("state", state);
    document.put("found", found);
  }
}
