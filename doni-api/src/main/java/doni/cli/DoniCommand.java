package doni.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code doni}: what it is asked to do is in its subcommands. */
@Command(
    name = "doni",
    description = "Enrollment service of an edge testbed site.",
    mixinStandardHelpOptions = true,
    versionProvider = DoniCommand.Version.class,
    subcommands = {
      DoniCommand.Serve.class,
      SyncCommand.class,
      PlanCommand.class,
      MigrateDatabaseCommand.class,
      MigrateFromCommand.class,
      SecretsCommand.class,
      DoctorCommand.class,
      PolicyCheckCommand.class,
      TypesCommand.class,
      ImportCommand.class,
      AotTraining.class
    })
public final class DoniCommand implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(DoniCommand.class);

  private final Class<?> application;

  @Spec private @Nullable CommandSpec spec;

  private DoniCommand(Class<?> application) {
    this.application = application;
  }

  Class<?> application() {
    return application;
  }

  /**
   * Runs the command line.
   *
   * @return 0 when the command succeeded, which for {@code serve} means that the service is up
   */
  public static int run(Class<?> application, String... args) {
    return new CommandLine(new DoniCommand(application))
        .setExecutionExceptionHandler(
            // Spring has logged why it does not start.
            (_, _, _) -> CommandLine.ExitCode.SOFTWARE)
        .execute(args);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "a command is needed");
    }
  }

  /** Runs the service until it is stopped. */
  @Command(
      name = "serve",
      description = {
        "Runs the service until it gets SIGTERM.",
        "Configuration comes from application.yml here or in ./config, from environment variables (DONI_HOME=...)"
            + " and from --key=value arguments."
      },
      footer = {"", "Example:", "  doni serve --server.port=8001 --doni.home=/var/lib/doni"},
      mixinStandardHelpOptions = true)
  static final class Serve implements Runnable {

    @ParentCommand private @Nullable DoniCommand parent;

    @Unmatched private final List<String> settings = new ArrayList<>();

    @Parameters(hidden = true)
    private final List<String> positional = new ArrayList<>();

    @Spec private @Nullable CommandSpec spec;

    @Override
    public void run() {
      if (parent == null || spec == null) {
        throw new IllegalStateException("serve is a subcommand of doni");
      }
      for (String setting : settings) {
        if (!setting.startsWith("--") || !setting.contains("=")) {
          throw new CommandLine.ParameterException(
              spec.commandLine(),
              "'" + setting + "' is not understood; settings look like --server.port=8001");
        }
      }
      if (!positional.isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "'" + positional.getFirst() + "' is not understood; serve takes --key=value settings");
      }
      SpringApplication service = new SpringApplication(parent.application);
      service.addInitializers(context -> SettingNames.check(context.getEnvironment()));
      ConfigurableApplicationContext context = service.run(settings.toArray(String[]::new));
      log.info(
          "{} is ready on port {}",
          Version.text(),
          context.getEnvironment().getProperty("local.server.port"));
    }
  }

  /** The version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {text()};
    }

    static String text() {
      String version = DoniCommand.class.getPackage().getImplementationVersion();
      return "doni " + (version == null ? "(unpacked)" : version);
    }
  }
}
