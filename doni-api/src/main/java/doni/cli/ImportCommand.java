package doni.cli;

import doni.discovery.DiscoverySource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Enrolls many devices: those of a file, or what backends have already. */
@Command(
    name = "import",
    description = {
      "Enrolls the devices of a file (JSON lines, or CSV where its name ends with .csv), or what Ironic and Blazar"
          + " have already, under the uuids that it has there.",
      "What is enrolled already is compared and never changed: after a break, run it again.",
      "With --from, the backends are asked with the service's configuration, which is application.yml here or in"
          + " ./config, environment variables and --key=value arguments, as for serve; and nothing is enrolled"
          + " without --apply."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every row is enrolled, now or before; in a dry run: it can be",
      "1:the service or a backend refused, or did not answer; some rows may be enrolled",
      "2:the command line is not understood",
      "3:some rows cannot be enrolled, or (of a file) differ from what is there; they are printed"
    },
    footer = {
      "",
      "Examples:",
      "  doni import devices.jsonl --dry-run",
      "  doni import devices.csv --mode all",
      "  doni import --from ironic",
      "  doni import --from ironic,blazar --defaults contacts.json --apply --output json"
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  static final String PATH = "/v1/hardware:import";

  static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final int LOOK = 3;

  /** What a row that cannot be taken means for the others. */
  enum Mode {
    row,
    all
  }

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The file.")
  private @Nullable Path file;

  @Option(names = "--dry-run", description = "Says what would become of the rows; stores nothing.")
  private boolean dryRun;

  @Option(
      names = "--mode",
      description =
          "Of a file: row (the default): each row for itself; all: none, where one cannot be taken.")
  private @Nullable Mode mode;

  @Option(
      names = "--from",
      paramLabel = "BACKEND",
      split = ",",
      description = "ironic, blazar or both: enrolls what they have.")
  private final List<DiscoverySource> from = new ArrayList<>();

  @Option(names = "--apply", description = "With --from: enrolls; without it, that is a dry run.")
  private boolean apply;

  @Option(
      names = "--defaults",
      paramLabel = "FILE",
      description =
          "With --from: JSON, {hardware type, name or uuid: {property: value}}, for what the backends do not say.")
  private @Nullable Path defaults;

  @Option(
      names = "--project-id",
      paramLabel = "ID",
      description = "With --from: whose hardware it is to be; without it, that of the token.")
  private @Nullable String projectId;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "table (default) or json.",
      defaultValue = "table")
  private OutputFormat output = OutputFormat.table;

  @Unmatched private final List<String> settings = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    check(line);
    try (ServiceClient client = service.client()) {
      return (from.isEmpty() ? ofFile(line).run(client) : ofBackends(line).run(client))
          ? CommandLine.ExitCode.OK
          : LOOK;
    } catch (CommandFailure e) {
      line.getErr().println("doni import: " + e.getMessage());
      line.getErr().flush();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private FileImport ofFile(CommandLine line) {
    return new FileImport(
        Objects.requireNonNull(file),
        mode == null ? Mode.row : mode,
        dryRun,
        output == OutputFormat.json,
        line.getOut());
  }

  private BackendImport ofBackends(CommandLine line) {
    BackendImport.Options options =
        new BackendImport.Options(from, apply, defaults, projectId, output == OutputFormat.json);
    return new BackendImport(options, SettingsCommand.environment(settings), line.getOut());
  }

  private void check(CommandLine line) {
    if (from.isEmpty() == (file == null)) {
      throw new ParameterException(line, "either a FILE or --from is needed");
    }
    if (from.isEmpty()) {
      if (apply || defaults != null || projectId != null) {
        throw new ParameterException(
            line, "--apply, --defaults and --project-id go with --from; a file has its own");
      }
      if (!settings.isEmpty()) {
        throw new ParameterException(line, "'" + settings.getFirst() + "' is not understood");
      }
    } else if (mode != null || (dryRun && apply)) {
      throw new ParameterException(
          line,
          mode != null
              ? "--mode goes with a file; what backends have is taken row by row"
              : "--dry-run and --apply exclude each other");
    }
    for (String setting : settings) {
      if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
        throw new ParameterException(
            line,
            "'" + setting + "' is not understood; settings look like --doni.home=/var/lib/doni");
      }
    }
  }

  /** The texts of an array. */
  static List<String> texts(JsonNode array) {
    return array.valueStream().map(one -> one.asString("")).toList();
  }
}
