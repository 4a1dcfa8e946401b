package doni.cli;

import doni.machinetype.MachineTypes;
import doni.machinetype.MachineTypesHealth.MachineTypeProblem;
import doni.machinetype.MachineTypesLint;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import tools.jackson.databind.json.JsonMapper;

/** {@code doni types}: checks and lists machine types. */
@Command(
    name = "types",
    description = "Checks or lists machine types (doni.types-directory).",
    mixinStandardHelpOptions = true,
    subcommands = {MachineTypesCommand.LintCommand.class, MachineTypesCommand.ListCommand.class})
final class MachineTypesCommand implements Runnable {

  private static final String DIRECTORY = "doni.types-directory";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "missing command: lint or list");
    }
  }

  /** A configuration without a database or backends. */
  @Configuration(proxyBeanMethods = false)
  static class NoBeans {}

  /** A command for the given or configured directory. */
  abstract static class DirectoryCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        arity = "0..1",
        paramLabel = "DIR",
        description = "Directory of the files (default: doni.types-directory).")
    private @Nullable Path directory;

    @Unmatched private final List<String> settings = new ArrayList<>();

    /**
     * Runs the command and returns its exit code.
     *
     * @param path empty if no directory is given or configured
     */
    abstract int work(Optional<Path> path, ConfigurableEnvironment environment) throws IOException;

    @Override
    public Integer call() {
      for (String setting : settings) {
        if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
          throw new ParameterException(
              spec().commandLine(),
              "unknown option '"
                  + setting
                  + "'; settings have the form --doni.types-directory=types");
        }
      }
      SpringApplication tools = new SpringApplication(NoBeans.class);
      tools.setWebApplicationType(WebApplicationType.NONE);
      tools.setDefaultProperties(Map.of("logging.level.doni", "warn"));
      tools.addInitializers(context -> UnknownSettingsCheck.check(context.getEnvironment()));
      try (ConfigurableApplicationContext context = tools.run(settings.toArray(String[]::new))) {
        ConfigurableEnvironment environment = context.getEnvironment();
        return work(path(environment), environment);
      } catch (IOException e) {
        return refused(String.valueOf(e.getMessage()));
      } catch (InvalidConfigurationPropertyValueException e) {
        return refused(SettingErrorText.refused(e));
      }
    }

    private Optional<Path> path(ConfigurableEnvironment environment) {
      String configured = environment.getProperty(DIRECTORY, "");
      return Optional.ofNullable(directory)
          .or(() -> configured.isBlank() ? Optional.empty() : Optional.of(Path.of(configured)));
    }

    int refused(String why) {
      spec().commandLine().getErr().println("doni types " + spec().name() + ": " + why);
      spec().commandLine().getErr().flush();
      return ExitCode.USAGE;
    }

    PrintWriter out() {
      return spec().commandLine().getOut();
    }

    private CommandSpec spec() {
      return Objects.requireNonNull(spec, "picocli sets it");
    }
  }

  /** Checks the files of a directory. */
  @Command(
      name = "lint",
      description = {
        "Lists all errors in the files of a directory: file, position and what is allowed. Settings of the service's"
            + " configuration are included.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 no problems found, 1 problems found, 2 invalid arguments or no directory.",
        "",
        "Example:",
        "  doni types lint /etc/doni/types"
      },
      mixinStandardHelpOptions = true)
  static final class LintCommand extends DirectoryCommand {
    @Override
    int work(Optional<Path> path, ConfigurableEnvironment environment) throws IOException {
      if (path.isEmpty()) {
        return refused("no directory: give DIR or set " + DIRECTORY);
      }
      List<MachineTypeProblem> findings = MachineTypesLint.findings(path.get(), environment);
      findings.forEach(out()::println);
      out().println(summary(findings.size()));
      out().flush();
      return findings.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static String summary(int problems) {
      return switch (problems) {
        case 0 -> "no problems found";
        case 1 -> "1 problem found";
        default -> problems + " problems found";
      };
    }
  }

  /** Lists the machine types. */
  @Command(
      name = "list",
      description = {
        "Lists the machine types that can be enrolled, with their labels and fleets.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 success, 1 problems in the directory (see lint), 2 invalid arguments or no such directory.",
        "",
        "Example:",
        "  doni types list --output=json"
      },
      mixinStandardHelpOptions = true)
  static final class ListCommand extends DirectoryCommand {

    @Option(names = "--output", description = "table (default) or json.")
    private OutputFormat output = OutputFormat.table;

    @Override
    int work(Optional<Path> path, ConfigurableEnvironment environment) throws IOException {
      if (path.isPresent()) {
        List<MachineTypeProblem> findings = MachineTypesLint.findings(path.get(), environment);
        if (!findings.isEmpty()) {
          var _ = refused(findings.getFirst().toString());
          return ExitCode.SOFTWARE;
        }
      }
      MachineTypes types =
          path.isPresent()
              ? MachineTypesLint.types(path.get(), environment)
              : MachineTypesLint.types(environment);
      if (output == OutputFormat.json) {
        out().println(JsonMapper.shared().writeValueAsString(rows(types)));
      } else {
        rows(types).forEach(this::print);
      }
      out().flush();
      return ExitCode.OK;
    }

    private void print(Map<String, Object> row) {
      out()
          .println(
              row.entrySet().stream()
                  .map(cell ->
                      "name".equals(cell.getKey())
                          ? "%-30s".formatted(cell.getValue())
                          : cell.getKey() + "=" + cell.getValue())
                  .collect(Collectors.joining("  ")));
    }

    private static List<Map<String, Object>> rows(MachineTypes types) {
      List<Map<String, Object>> rows = new ArrayList<>();
      types
          .byName()
          .forEach((name, type) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("name", name);
            row.put("full-name", type.fullName());
            row.put("vendor", type.vendor());
            row.put("model", type.model());
            Optional.ofNullable(types.labels().get(name))
                .ifPresent(some -> row.put("labels", some));
            Optional.ofNullable(types.fleets().get(name))
                .ifPresent(fleet -> row.put("fleet", fleet));
            rows.add(row);
          });
      return rows;
    }
  }
}
