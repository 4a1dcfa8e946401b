package doni.cli;

import doni.client.CommandFailedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** A command that uses the database of the service's configuration. */
abstract class InventoryCommand implements Callable<Integer> {

  /** Done, but with findings that need attention. */
  static final int FINDINGS = 3;

  static final String SETTINGS =
      "Uses the service's configuration: application.yml in the current directory or ./config, environment variables"
          + " and --key=value arguments, as for serve.";

  @Spec private @Nullable CommandSpec spec;

  @Unmatched private final List<String> settings = new ArrayList<>();

  /** Runs the command and returns its exit code. */
  abstract int work(ConfigurableApplicationContext inventory);

  @Override
  public Integer call() {
    for (String setting : settings) {
      if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
        throw new ParameterException(
            spec().commandLine(),
            "unknown option '" + setting + "'; settings have the form --doni.home=/var/lib/doni");
      }
    }
    SpringApplication tools = new SpringApplication(InventoryCommandApplication.class);
    tools.setWebApplicationType(WebApplicationType.NONE);
    // Creates only the beans that the command uses, so no client of a backend.
    tools.setLazyInitialization(true);
    tools.setDefaultProperties(
        Map.of(
            "logging.level.doni",
            "warn",
            // The readiness group names indicators that do not exist without a web server.
            "management.endpoint.health.validate-group-membership",
            "false"));
    tools.addInitializers(context -> UnknownSettingsCheck.check(context.getEnvironment()));
    try (ConfigurableApplicationContext inventory = tools.run(settings.toArray(String[]::new))) {
      return runWith(inventory);
    }
  }

  /** Runs the command. Beans are created on first use, so an invalid setting may show only here. */
  private int runWith(ConfigurableApplicationContext inventory) {
    try {
      return work(inventory);
    } catch (RuntimeException e) {
      return failed(
          StartFailureReporter.line(e, inventory.getEnvironment())
              .orElseGet(() -> CommandFailedException.defect(e)));
    }
  }

  PrintWriter out() {
    return spec().commandLine().getOut();
  }

  /** Prints the cause of a failure in one line and returns the exit code. */
  int failed(String why) {
    spec().commandLine().getErr().println("doni " + spec().name() + ": " + why);
    spec().commandLine().getErr().flush();
    return picocli.CommandLine.ExitCode.SOFTWARE;
  }

  CommandSpec spec() {
    return Objects.requireNonNull(spec, "picocli sets it");
  }
}
