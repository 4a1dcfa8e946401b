package doni.cli;

import doni.command.DoniClient;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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

/** {@code doni}: the command line with its subcommands. */
@Command(
    name = "doni",
    description = "Enrollment service of an edge testbed.",
    mixinStandardHelpOptions = true,
    versionProvider = DoniCommand.VersionProvider.class,
    subcommands = {
      DoniCommand.ServeCommand.class,
      MigrateDatabaseCommand.class,
      MigrateFromCommand.class,
      SecretsCommand.class,
      DoctorCommand.class,
      PolicyCheckCommand.class,
      MachineTypesCommand.class,
      BackendImportCommand.class,
      AotTraining.class
    })
public final class DoniCommand implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(DoniCommand.class);

  private final Class<?> application;

  @Spec private @Nullable CommandSpec spec;

  private DoniCommand(Class<?> application) {
    this.application = application;
  }

  Class<?> application() {
    return application;
  }

  /**
   * Runs the command line: commands that only call a running service are those of {@link
   * DoniClient}.
   *
   * @return 0 if the command succeeded, which for {@code serve} means that the service is running
   */
  public static int run(Class<?> application, String... args) {
    if (DoniClient.handles(List.of(args))) {
      return DoniClient.run(List.of(args));
    }
    CommandLine line = new CommandLine(new DoniCommand(application));
    line.getCommandSpec().usageMessage().footer(clientCommands());
    return line.setExecutionExceptionHandler(
            // Spring has already logged the cause.
            (_, _, _) -> CommandLine.ExitCode.SOFTWARE)
        .execute(args);
  }

  private static String[] clientCommands() {
    return Stream.concat(
            Stream.of("", "Commands that call a running service:"),
            // A percent sign in a footer begins a format.
            DoniClient.summaries().stream().map(summary -> summary.replace("%", "%%")))
        .toArray(String[]::new);
  }

  @Override
  public void run() {
    if (spec != null) {
      throw new CommandLine.ParameterException(spec.commandLine(), "missing command");
    }
  }

  /** Runs the service until it is stopped. */
  @Command(
      name = "serve",
      description = {
        "Runs the service until it receives SIGTERM.",
        "Reads the configuration from application.yml in the current directory or ./config, from"
            + " environment variables (DONI_HOME=...) and from --key=value arguments."
      },
      footer = {
        "",
        "Tokens are validated by Keystone (doni.keystone.auth-url) or configured"
            + " (doni.keystone.static-tokens).",
        "",
        "Examples:",
        "  doni serve --doni.keystone.auth-url=https://keystone.example.org:5000/v3",
        "",
        "  A trial with the static token 'trial', without Keystone and Kubernetes:",
        "  doni serve --doni.keystone.static-tokens.trial.user-id=trial \\",
        "    --doni.keystone.static-tokens.trial.project-id=trial \\",
        "    --doni.keystone.static-tokens.trial.roles=admin \\",
        "    --doni.workers.k8s.backend=in-memory"
      },
      mixinStandardHelpOptions = true)
  static final class ServeCommand implements Runnable {

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
              "unknown option '" + setting + "'; settings have the form --server.port=8001");
        }
      }
      if (!positional.isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(),
            "unexpected argument '"
                + positional.getFirst()
                + "'; serve accepts --key=value settings");
      }
      SpringApplication service = new SpringApplication(parent.application);
      service.addInitializers(context -> UnknownSettingsCheck.check(context.getEnvironment()));
      ConfigurableApplicationContext context = service.run(settings.toArray(String[]::new));
      LOG.info(
          "{} is ready on port {}",
          VersionProvider.text(),
          context.getEnvironment().getProperty("local.server.port"));
    }
  }

  /** The version of the jar. */
  static final class VersionProvider implements CommandLine.IVersionProvider {
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
