package doni.cli;

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

/** A command on the inventory that the service's configuration names. */
abstract class InventoryCommand implements Callable<Integer> {

  /** Done, and what was found needs somebody to look at it. */
  static final int LOOK = 3;

  static final String SETTINGS =
      "The inventory is the service's: application.yml here or in ./config, environment variables and --key=value"
          + " arguments, as for serve.";

  @Spec private @Nullable CommandSpec spec;

  @Unmatched private final List<String> settings = new ArrayList<>();

  /** What is to be done; the exit code. */
  abstract int work(ConfigurableApplicationContext inventory);

  @Override
  public Integer call() {
    for (String setting : settings) {
      if (!setting.startsWith("--doni.") && !setting.startsWith("--spring.")) {
        throw new ParameterException(
            spec().commandLine(),
            "'" + setting + "' is not understood; settings look like --doni.home=/var/lib/doni");
      }
    }
    SpringApplication tools = new SpringApplication(InventoryTools.class);
    tools.setWebApplicationType(WebApplicationType.NONE);
    // Nothing but what the command uses is made: no client of any backend.
    tools.setLazyInitialization(true);
    tools.setDefaultProperties(
        Map.of(
            "logging.level.doni",
            "warn",
            // The readiness of a service that is not served names what is not there.
            "management.endpoint.health.validate-group-membership",
            "false"));
    tools.addInitializers(context -> SettingNames.check(context.getEnvironment()));
    try (ConfigurableApplicationContext inventory = tools.run(settings.toArray(String[]::new))) {
      return attempted(inventory);
    }
  }

  /** What the command uses is made when it uses it, so a wrong setting can show as late as here. */
  private int attempted(ConfigurableApplicationContext inventory) {
    try {
      return work(inventory);
    } catch (RuntimeException e) {
      return failed(
          StartFailure.line(e, inventory.getEnvironment())
              .orElseGet(() -> CommandFailure.defect(e)));
    }
  }

  PrintWriter out() {
    return spec().commandLine().getOut();
  }

  /** Says in one line why nothing, or nothing more, was done; the exit code. */
  int failed(String why) {
    spec().commandLine().getErr().println("doni " + spec().name() + ": " + why);
    spec().commandLine().getErr().flush();
    return picocli.CommandLine.ExitCode.SOFTWARE;
  }

  CommandSpec spec() {
    return Objects.requireNonNull(spec, "picocli sets it");
  }
}
