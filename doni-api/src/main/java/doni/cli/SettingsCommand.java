package doni.cli;

import doni.client.CommandFailedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * A command that reads the service's configuration and starts no part of the service. It logs
 * nothing, so that its output is only its result.
 */
abstract class SettingsCommand implements Callable<Integer> {

  static final String SETTINGS =
      "Uses the service's configuration: application.yml in the current directory or ./config, environment variables"
          + " and --key=value arguments, as for serve.";

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "table (default) or json.",
      defaultValue = "table")
  private OutputFormat output = OutputFormat.table;

  @Spec private @Nullable CommandSpec spec;

  @Unmatched private final List<String> settings = new ArrayList<>();

  /** Runs the command and returns its exit code. */
  abstract int work(ConfigurableEnvironment environment) throws InterruptedException;

  /** Handles a configuration that cannot be read; by default, the command fails. */
  int unreadable(String why) {
    return failed(why);
  }

  @Override
  public Integer call() throws InterruptedException {
    for (String setting : settings) {
      if (!setting.startsWith("--") || !setting.contains("=")) {
        throw new ParameterException(
            spec().commandLine(),
            "unknown option '" + setting + "'; settings have the form --doni.home=/var/lib/doni");
      }
    }
    ConfigurableEnvironment environment;
    try {
      environment = environment(settings);
    } catch (CommandFailedException e) {
      return unreadable(String.valueOf(e.getMessage()));
    }
    try {
      return work(environment);
    } catch (ParameterException e) {
      throw e;
    } catch (RuntimeException e) {
      // Logging is off, so this is the only message.
      return failed(CommandFailedException.defect(e));
    }
  }

  /**
   * Reads the service's configuration and turns logging off.
   *
   * @param settings arguments of the form {@code --key=value}
   */
  static ConfigurableEnvironment environment(List<String> settings) {
    LoggingSystem.get(SettingsCommand.class.getClassLoader()).beforeInitialize();
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new SimpleCommandLinePropertySource(settings.toArray(String[]::new)));
    try {
      ConfigDataEnvironmentPostProcessor.applyTo(environment);
    } catch (RuntimeException e) {
      Optional<String> line = StartFailureReporter.line(e, environment);
      throw new CommandFailedException(
          line.orElse("the configuration cannot be read (" + e.getClass().getSimpleName() + ")"),
          false);
    }
    return environment;
  }

  boolean json() {
    return output == OutputFormat.json;
  }

  PrintWriter out() {
    return spec().commandLine().getOut();
  }

  /** Prints the cause of a failure in one line and returns the exit code. */
  int failed(String why) {
    spec().commandLine().getErr().println("doni " + spec().name() + ": " + why);
    spec().commandLine().getErr().flush();
    return ExitCode.SOFTWARE;
  }

  ParameterException refused(String why) {
    return new ParameterException(spec().commandLine(), why);
  }

  CommandSpec spec() {
    return Objects.requireNonNull(spec, "picocli sets it");
  }
}
