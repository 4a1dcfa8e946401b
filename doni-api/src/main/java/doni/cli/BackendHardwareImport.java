package doni.cli;

import doni.backend.BackendException;
import doni.client.CommandFailedException;
import doni.client.ImportRequestSplitter;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import doni.enrollment.Secret;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
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
    BackendImportReport report = new BackendImportReport(options.apply());
    List<ImportLine> complete = new ArrayList<>();
    List<ImportLine> incomplete = new ArrayList<>();
    for (ImportCandidate candidate : candidates()) {
      Map<String, Object> given = defaults.of(candidate);
      ImportLine line = line(candidate, given, problems(candidate, given));
      (line.problems().isEmpty() ? complete : incomplete).add(line);
    }
    reportKnown(client, incomplete, report);
    send(client, complete, !options.apply(), report, report::add);
    report.print(options.json(), out);
    return report.complete();
  }

  /**
   * Asks the service for hardware that cannot be enrolled from here whether it is enrolled: then
   * nothing is wrong.
   */
  private void reportKnown(
      ServiceApiClient client, List<ImportLine> incomplete, BackendImportReport report) {
    List<ImportLine> identified =
        incomplete.stream().filter(line -> line.candidate().id() != null).toList();
    Set<ImportLine> known = new HashSet<>();
    send(
        client,
        identified,
        true,
        report,
        (line, row) -> {
          if (BackendImportReport.isKnown(line, row)) {
            known.add(line);
            report.add(line, row);
          }
        });
    incomplete.stream()
        .filter(line -> !known.contains(line))
        .forEach(line -> report.refused(line.candidate(), line.problems()));
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
  private ImportLine line(
      ImportCandidate candidate, Map<String, Object> given, List<String> problems) {
    Map<String, Object> properties = new LinkedHashMap<>(given);
    candidate
        .properties()
        .forEach((name, value) ->
            properties.put(name, value instanceof Secret secret ? secret.value() : value));
    String id = String.valueOf(candidate.id());
    Set<String> told = new HashSet<>();
    properties.keySet().forEach(name -> told.add("/properties/" + name));
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("uuid", id);
    row.put("name", told(candidate.name(), id, "/name", told));
    row.put("hardware_type", told(candidate.hardwareType(), "-", "/hardware_type", told));
    if (options.projectId() != null) {
      row.put("project_id", told(options.projectId(), "", "/project_id", told));
    }
    row.put("properties", properties);
    return new ImportLine(candidate, problems, told, JsonMapper.shared().writeValueAsString(row));
  }

  /** Returns the value, or a substitute that is not compared. */
  private static String told(String value, String substitute, String path, Set<String> told) {
    if (value.isEmpty()) {
      return substitute;
    }
    told.add(path);
    return value;
  }

  private void send(
      ServiceApiClient client,
      List<ImportLine> lines,
      boolean dryRun,
      BackendImportReport report,
      BiConsumer<ImportLine, JsonValue> answers) {
    String path = BackendImportCommand.PATH + "?mode=row&dry_run=" + dryRun;
    for (ImportRequestSplitter.ImportPart part :
        ImportRequestSplitter.of(lines.stream().map(ImportLine::row).toList())) {
      try {
        JsonValue answer = client.send(path, ImportRequestSplitter.JSON_LINES, part.text());
        for (JsonValue row : answer.path("rows").elements()) {
          answers.accept(
              lines.get(part.linesBefore() + (int) Math.max(1, row.path("line").number()) - 1),
              row);
        }
      } catch (CommandFailedException e) {
        throw report.isEmpty()
            ? e
            : new CommandFailedException(
                e.getMessage() + "; before that: " + report.counts() + ". Run the command again",
                e.retryable());
      }
    }
  }

  /**
   * One row of the import.
   *
   * @param problems why it cannot be enrolled from what is known here
   * @param told paths of the values that it has; others are not differences
   */
  record ImportLine(
      ImportCandidate candidate, List<String> problems, Set<String> told, String row) {

    ImportLine {
      problems = List.copyOf(problems);
      told = Set.copyOf(told);
    }
  }
}
