package doni.cli;

import doni.client.CommandFailedException;
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
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code doni import --from}: enrolls hardware that exists in backends. A file is imported by
 * {@code doni.command.ImportCommand}, which needs no configuration of the service.
 */
@Command(
    name = "import",
    description = {
      "Enrolls hardware that exists in Ironic and Blazar, with its UUIDs.",
      "Hardware that is already enrolled is compared, never changed: after an interruption, run the"
          + " command again.",
      "--from reads the backends with the service's configuration (application.yml in the current"
          + " directory or ./config, environment variables and --key=value arguments, as for"
          + " serve), and enrolls only with --apply."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every hardware is enrolled (dry run: can be enrolled)",
      "1:the service or a backend refused the request or did not answer; some rows may be enrolled",
      "2:invalid arguments",
      "3:some hardware was refused; it is printed"
    },
    footer = {
      "",
      "Examples:",
      "  doni import --from ironic",
      "  doni import --from ironic,blazar --defaults contacts.json --apply --output json"
    },
    mixinStandardHelpOptions = true)
final class BackendImportCommand implements Callable<Integer> {

  static final String PATH = "/v1/hardware:import";

  static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final int REFUSED = 3;

  @Mixin private final ServiceAccessOptions service = new ServiceAccessOptions();

  /** Accepted, so that they are refused in the words of a command line that has both. */
  @Parameters(arity = "0..1", hidden = true)
  private @Nullable Path file;

  @Option(names = "--dry-run", description = "Prints the result without storing anything.")
  private boolean dryRun;

  @Option(names = "--mode", hidden = true)
  private @Nullable String mode;

  @Option(
      names = "--from",
      paramLabel = "BACKEND",
      split = ",",
      description = "ironic, blazar or both: enrolls their hardware.")
  private final List<DiscoverySource> from = new ArrayList<>();

  @Option(
      names = "--apply",
      description = "With --from: enrolls; without this option, it is a dry run.")
  private boolean apply;

  @Option(
      names = "--defaults",
      paramLabel = "FILE",
      description =
          "With --from: JSON file {hardware type, name or UUID: {property: value}} with properties"
              + " that backends do not have.")
  private @Nullable Path defaults;

  @Option(
      names = "--project-id",
      paramLabel = "ID",
      description = "With --from: project of the enrollments (default: project of the token).")
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
    try {
      return ofBackends(line).run(service.client()) ? CommandLine.ExitCode.OK : REFUSED;
    } catch (CommandFailedException e) {
      line.getErr().println("doni import: " + e.getMessage());
      line.getErr().flush();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private BackendHardwareImport ofBackends(CommandLine line) {
    BackendHardwareImport.ImportOptions options =
        new BackendHardwareImport.ImportOptions(
            from, apply, defaults, projectId, output == OutputFormat.json);
    return new BackendHardwareImport(options, SettingsCommand.environment(settings), line.getOut());
  }

  private void check(CommandLine line) {
    if (from.isEmpty() == (file == null)) {
      throw new ParameterException(line, "either FILE or --from must be given");
    }
    if (mode != null || (dryRun && apply)) {
      throw new ParameterException(
          line,
          mode != null ? "--mode requires FILE" : "--dry-run and --apply are mutually exclusive");
    }
    for (String setting : settings) {
      if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
        throw new ParameterException(
            line,
            "unknown option '" + setting + "'; settings have the form --doni.home=/var/lib/doni");
      }
    }
  }
}
