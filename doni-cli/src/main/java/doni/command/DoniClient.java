package doni.command;

import doni.client.CommandFailedException;
import java.io.Console;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The command line of operators and owners: every command calls the REST API of a service. */
public final class DoniClient {

  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  private static final String HINT = "'doni --help' lists the commands";

  private DoniClient() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Nothing has to be shut down: the process ends without its hooks.
    Runtime.getRuntime().halt(run(List.of(args)));
  }

  /** Returns whether a command line is for this client, and not for the service's jar. */
  public static boolean handles(List<String> arguments) {
    return !arguments.isEmpty()
        && CommandList.NAMES.contains(arguments.get(0))
        && !(arguments.get(0).equals("import") && ImportCommand.isFromBackends(arguments));
  }

  /** Returns one line for each command, with its summary. */
  public static List<String> summaries() {
    return CommandList.NAMES.stream()
        .map(name -> "  %-16s %s".formatted(name, CommandList.command(name).spec().summary()))
        .toList();
  }

  /** Runs a command on the streams of the process. */
  public static int run(List<String> arguments) {
    CommandConsole console =
        new CommandConsole(
            new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)),
            new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true),
            System.getenv(),
            isTerminal(),
            time -> {
              var _ = new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
            });
    return run(arguments, console);
  }

  private static boolean isTerminal() {
    // The launcher asks the shell, which loads no class.
    String known = System.getProperty("doni.terminal");
    if (known != null) {
      return known.equals("true");
    }
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  static int run(List<String> arguments, CommandConsole console) {
    String name = arguments.isEmpty() ? "" : arguments.get(0);
    try {
      return switch (name) {
        case "" -> throw new CommandUsageException("missing command");
        case "-h", "--help", "help" -> help(console);
        case "-V", "--version", "version" -> version(console);
        default -> command(name, arguments.subList(1, arguments.size()), console);
      };
    } catch (CommandUsageException e) {
      console.out().flush();
      console.err().println("doni: " + e.getMessage());
      console.err().println("Usage: doni COMMAND [OPTION...]; " + HINT);
      return USAGE;
    } finally {
      console.out().flush();
      console.err().flush();
    }
  }

  private static int command(String name, List<String> arguments, CommandConsole console) {
    if (!CommandList.NAMES.contains(name)) {
      throw new CommandUsageException("unknown command: '" + name + "'");
    }
    ApiCommand command = CommandList.command(name);
    CommandSpec spec = command.spec();
    try {
      if (name.equals("import") && ImportCommand.isFromBackends(arguments)) {
        throw new CommandFailedException(
            "--from reads backends with the service's configuration; run it where the service"
                + " runs, with java -jar doni.jar import",
            false);
      }
      if (name.equals("import") && arguments.stream().anyMatch(ImportCommand::needsFrom)) {
        throw new CommandUsageException("--apply, --defaults and --project-id require --from");
      }
      CommandArguments parsed = CommandArguments.parse(spec, arguments);
      if (parsed.has("--help")) {
        console.out().print(spec.help());
        return OK;
      }
      return command.run(parsed, console);
    } catch (CommandUsageException e) {
      console.out().flush();
      console.err().println("doni " + name + ": " + e.getMessage());
      console.err().println(spec.usage());
      console.err().println("'doni " + name + " --help' lists the options");
      return USAGE;
    } catch (CommandFailedException e) {
      return failed(name, String.valueOf(e.getMessage()), console);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(name, "interrupted; what the service has accepted continues", console);
    } catch (RuntimeException e) {
      return failed(name, CommandFailedException.defect(e), console);
    }
  }

  private static int failed(String name, String why, CommandConsole console) {
    console.out().flush();
    console.err().println("doni " + name + ": " + why);
    return FAILED;
  }

  private static int help(CommandConsole console) {
    console.print("Usage: doni COMMAND [OPTION...]");
    console.print("Shows and changes the devices of a Doni service.");
    console.print("");
    summaries().forEach(console::print);
    console.print("");
    console.print("'doni COMMAND --help' shows the options of a command. URL and token of the");
    console.print("service: --url or DONI_URL; --token-file, OS_TOKEN or 'doni login'.");
    return OK;
  }

  private static int version(CommandConsole console) {
    String version = DoniClient.class.getPackage().getImplementationVersion();
    console.print("doni " + (version == null ? "(unpacked)" : version));
    return OK;
  }
}
