package doni.command;

import doni.client.ServiceAccess;
import doni.client.ServiceApiClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where a command writes, and what it takes from its surroundings.
 *
 * @param terminal whether the output is a terminal: progress is redrawn there
 * @param pause waits between two looks at the service
 */
record CommandConsole(
    PrintWriter out,
    PrintWriter err,
    Map<String, String> environment,
    boolean terminal,
    PollPause pause) {

  /** A wait that a test replaces. */
  interface PollPause {
    void await(Duration time) throws InterruptedException;
  }

  /** Returns whether to color words: on a terminal, unless {@code NO_COLOR} is set. */
  boolean colored() {
    return terminal
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  ServiceAccess access(CommandArguments arguments) {
    return new ServiceAccess(
        arguments.value("--url").orElse(null),
        arguments.value("--token-file").map(Path::of).orElse(null),
        environment);
  }

  ServiceApiClient client(CommandArguments arguments) {
    return access(arguments).client();
  }

  void print(String line) {
    out.println(line);
  }
}
