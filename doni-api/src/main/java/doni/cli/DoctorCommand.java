package doni.cli;

import doni.doctor.DoctorRunner;
import doni.doctor.DoctorRunner.CheckResult;
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

/** {@code doni doctor}: checks everything that the service needs. */
@Command(
    name = "doctor",
    description = {
      "Checks the configuration, the database, the secret keys, the policy, Keystone, the backend of each enabled"
          + " worker, the clock, the files and the disk, and prints what to do about each problem. It also names"
          + " the devices that wait, with lane and reason. It changes nothing and needs no running service.",
      SettingsCommand.SETTINGS
    },
    footer = {
      "",
      "Exit code: 0 all checks passed, 1 problems found, 2 invalid arguments.",
      "",
      "Examples:",
      "  doni doctor",
      "  doni doctor --output json --time-limit 30 --doni.home=/var/lib/doni"
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand extends SettingsCommand {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final String ROW = "%-4s %-22s %s%n";

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description = "Time limit of each check (default: ${DEFAULT-VALUE}).",
      defaultValue = "20")
  private int timeLimit = 20;

  @Override
  int work(ConfigurableEnvironment environment) throws InterruptedException {
    if (timeLimit < 1 || timeLimit > 600) {
      throw refused("--time-limit: must be 1 to 600, not " + timeLimit);
    }
    DoctorRunner doctorRunner =
        new DoctorRunner(environment, StartFailureReporter::line, Duration.ofSeconds(timeLimit));
    return report(
        doctorRunner.examine(
            UnknownSettingsCheck.unknown(environment)
                .map(ConfigurationPropertyName::toString)
                .toList()));
  }

  @Override
  int unreadable(String why) {
    return report(
        List.of(
            new CheckResult(
                "configuration",
                new Finding.Problem(why, "correct it; the other checks were not run"))));
  }

  private int report(List<CheckResult> results) {
    long wrong = results.stream().filter(CheckResult::isProblem).count();
    if (json()) {
      Map<String, Object> report = new LinkedHashMap<>();
      report.put("findings", wrong);
      report.put("checks", results.stream().map(DoctorCommand::document).toList());
      out().println(JSON.writeValueAsString(report));
    } else {
      results.forEach(this::print);
      out().println(summary(wrong));
    }
    out().flush();
    return wrong == 0 ? 0 : 1;
  }

  private void print(CheckResult result) {
    switch (result.finding()) {
      case Finding.Ok(String found) -> row("OK", result, found);
      case Finding.Skipped(String found) -> row("SKIP", result, found);
      case Finding.Warning(String found, String advice) -> {
        row("WARN", result, found);
        out().printf(ROW, "", "", "-> " + advice);
      }
      case Finding.Problem(String found, String advice) -> {
        row("FAIL", result, found);
        out().printf(ROW, "", "", "-> " + advice);
      }
    }
  }

  private static String summary(long problems) {
    return switch ((int) problems) {
      case 0 -> "all checks passed";
      case 1 -> "1 problem found";
      default -> problems + " problems found";
    };
  }

  private void row(String state, CheckResult result, String found) {
    out().printf(ROW, state, result.subject(), found);
  }

  private static Map<String, Object> document(CheckResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("check", result.subject());
    switch (result.finding()) {
      case Finding.Ok(String found) -> put(document, "ok", found);
      case Finding.Skipped(String found) -> put(document, "skipped", found);
      case Finding.Warning(String found, String advice) -> {
        put(document, "warn", found);
        document.put("advice", advice);
      }
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
