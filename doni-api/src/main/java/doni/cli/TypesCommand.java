package doni.cli;

import doni.machinetype.MachineTypeProblem;
import doni.machinetype.MachineTypes;
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

/** {@code doni types}: the files of {@code doni.types-directory}. */
@Command(
    name = "types",
    description = "Looks after the files of machine types (doni.types-directory).",
    mixinStandardHelpOptions = true,
    subcommands = {TypesCommand.Lint.class, TypesCommand.ListTypes.class})
final class TypesCommand implements Runnable {

  private static final String DIRECTORY = "doni.types-directory";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "a command is needed: lint or list");
    }
  }

  /** A configuration and nothing else: no database, no backend. */
  @Configuration(proxyBeanMethods = false)
  static class Settings {}

  /** A command on the directory that is given or configured. */
  abstract static class OnDirectory implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        arity = "0..1",
        paramLabel = "DIR",
        description = "The directory; without it, that of doni.types-directory.")
    private @Nullable Path directory;

    @Unmatched private final List<String> settings = new ArrayList<>();

    /**
     * @param path empty where none is given and none configured
     */
    abstract int work(Optional<Path> path, ConfigurableEnvironment environment) throws IOException;

    @Override
    public Integer call() {
      for (String setting : settings) {
        if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
          throw new ParameterException(
              spec().commandLine(),
              "'"
                  + setting
                  + "' is not understood; settings look like --doni.types-directory=types");
        }
      }
      SpringApplication tools = new SpringApplication(Settings.class);
      tools.setWebApplicationType(WebApplicationType.NONE);
      tools.setDefaultProperties(Map.of("logging.level.doni", "warn"));
      tools.addInitializers(context -> SettingNames.check(context.getEnvironment()));
      try (ConfigurableApplicationContext context = tools.run(settings.toArray(String[]::new))) {
        ConfigurableEnvironment environment = context.getEnvironment();
        return work(path(environment), environment);
      } catch (IOException e) {
        return refused(String.valueOf(e.getMessage()));
      } catch (InvalidConfigurationPropertyValueException e) {
        return refused(SettingText.refused(e));
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

  /** Says everything that is wrong with a directory. */
  @Command(
      name = "lint",
      description = {
        "Lists everything that keeps the files of a directory from being used: file, place, and what is allowed."
            + " What the service's configuration says beside them counts too.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 all can be used, 1 something is wrong, 2 wrong arguments or no directory.",
        "",
        "Example:",
        "  doni types lint /etc/doni/types"
      },
      mixinStandardHelpOptions = true)
  static final class Lint extends OnDirectory {
    @Override
    int work(Optional<Path> path, ConfigurableEnvironment environment) throws IOException {
      if (path.isEmpty()) {
        return refused("no directory is given, and " + DIRECTORY + " is not set");
      }
      List<MachineTypeProblem> findings = MachineTypesLint.findings(path.get(), environment);
      findings.forEach(out()::println);
      out().println(findings.isEmpty() ? "nothing is wrong" : findings.size() + " findings");
      out().flush();
      return findings.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  /** Shows the machine types. */
  @Command(
      name = "list",
      description = {
        "Lists the machine types that may be enrolled, and the labels and fleets of their files.",
        InventoryCommand.SETTINGS
      },
      footer = {
        "",
        "Exit code: 0 listed, 1 something is wrong with the directory (see lint), 2 wrong arguments or no such directory.",
        "",
        "Example:",
        "  doni types list --output=json"
      },
      mixinStandardHelpOptions = true)
  static final class ListTypes extends OnDirectory {

    /** How the list is written. */
    enum Output {
      table,
      json
    }

    @Option(names = "--output", description = "${COMPLETION-CANDIDATES}; table without it.")
    private Output output = Output.table;

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
      if (output == Output.json) {
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
