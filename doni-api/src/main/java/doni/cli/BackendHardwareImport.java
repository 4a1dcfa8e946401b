package doni.cli;

import doni.backend.BackendException;
import doni.enrollment.Secret;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Enrolls hardware that exists in backends. This process reads the backends with the service's
 * configuration; the service validates and enrolls with the permissions of the token.
 */
final class BackendHardwareImport {

  /**
   * The options of the command.
   *
   * @param apply false for a dry run
   */
  record ImportOptions(
      List<DiscoverySource> from,
      boolean apply,
      @Nullable Path defaults,
      @Nullable String projectId,
      boolean json) {

    ImportOptions {
      from = List.copyOf(from);
    }
  }

  private final ImportOptions options;
  private final ConfigurableEnvironment environment;
  private final PrintWriter out;

  BackendHardwareImport(
      ImportOptions options, ConfigurableEnvironment environment, PrintWriter out) {
    this.options = options;
    this.environment = environment;
    this.out = out;
  }

  /**
   * Enrolls the hardware, or with a dry run reports what would be enrolled.
   *
   * @return whether no hardware was refused
   */
  boolean run(ServiceApiClient client) {
    ImportPropertyDefaults defaults = ImportPropertyDefaults.read(options.defaults());
    List<ImportCandidate> candidates = candidates();
    BackendImportReport report = new BackendImportReport(options.apply());
    List<ImportCandidate> sent = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (ImportCandidate candidate : candidates) {
      Map<String, Object> given = defaults.of(candidate);
      List<String> problems = problems(candidate, given);
      if (problems.isEmpty()) {
        sent.add(candidate);
        lines.add(line(candidate, given));
      } else {
        report.refused(candidate, problems);
      }
    }
    send(client, sent, lines, report);
    report.print(options.json(), out);
    return report.complete();
  }

  private List<ImportCandidate> candidates() {
    try {
      UnknownSettingsCheck.check(environment);
      return new SiteDiscovery(environment).candidates(EnumSet.copyOf(options.from()));
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  private CommandFailedException failure(RuntimeException e) {
    return Stream.<Throwable>iterate(e, cause -> cause != null, Throwable::getCause)
        .filter(BackendException.class::isInstance)
        .map(BackendException.class::cast)
        .findFirst()
        .map(remote ->
            new CommandFailedException(
                remote.service() + ": " + TerminalText.line(String.valueOf(remote.getMessage())),
                true))
        .or(() ->
            StartFailureReporter.line(e, environment)
                .map(line -> new CommandFailedException(line, false)))
        .orElseThrow(() -> e);
  }

  private static List<String> problems(ImportCandidate candidate, Map<String, Object> given) {
    List<String> problems = new ArrayList<>(candidate.problems());
    candidate.withheld().entrySet().stream()
        .filter(hidden -> !given.containsKey(hidden.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .map(hidden -> hidden.getKey() + ": " + hidden.getValue() + " with --defaults")
        .forEach(problems::add);
    if (problems.isEmpty() && candidate.name().isEmpty()) {
      problems.add("name: must be set in a backend");
    }
    return problems;
  }

  /** Returns one row of the import, the only place where secrets are written in clear text. */
  private String line(ImportCandidate candidate, Map<String, Object> given) {
    Map<String, Object> properties = new LinkedHashMap<>(given);
    candidate
        .properties()
        .forEach((name, value) ->
            properties.put(name, value instanceof Secret secret ? secret.value() : value));
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", String.valueOf(candidate.id()));
    row.put("name", candidate.name());
    row.put("hardware_type", candidate.hardwareType());
    if (options.projectId() != null) {
      row.put("project_id", options.projectId());
    }
    row.put("properties", properties);
    return JsonMapper.shared().writeValueAsString(row);
  }

  private void send(
      ServiceApiClient client,
      List<ImportCandidate> sent,
      List<String> lines,
      BackendImportReport report) {
    String path = ImportCommand.PATH + "?mode=row&dry_run=" + !options.apply();
    for (ImportRequestSplitter.ImportPart part : ImportRequestSplitter.of(lines)) {
      try {
        JsonNode answer = client.send(path, ImportRequestSplitter.JSON_LINES, part.text());
        for (JsonNode row : answer.path("rows")) {
          report.add(sent.get(part.linesBefore() + row.path("line").asInt(1) - 1), row);
        }
      } catch (CommandFailedException e) {
        throw part.linesBefore() == 0
            ? e
            : new CommandFailedException(
                e.getMessage() + "; before that: " + report.counts() + ". Run the command again",
                e.retryable());
      }
    }
  }
}
