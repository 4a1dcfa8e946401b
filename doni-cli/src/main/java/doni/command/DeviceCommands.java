package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Commands that do one thing with each named device, or with those that match a filter. */
final class DeviceCommands {

  private static final List<String> FILTERS =
      List.of(
          "--selector",
          "--query",
          "--name",
          "--state",
          "--worker-type",
          "--hardware-type",
          "--availability",
          "--quarantined");

  private DeviceCommands() {}

  /** Does something with one device; returns what was done. */
  interface DeviceAction {
    String apply(ServiceApiClient client, String name);
  }

  private static CommandSpec named(String name, String... description) {
    return new CommandSpec(name, description)
        .parameters("NAME...", 1, Integer.MAX_VALUE)
        .access()
        .exitCode(0, "done for every device")
        .exitCode(1, "the service refused some devices or did not answer")
        .exitCode(2, "invalid arguments");
  }

  /** Goes on after a device that the service refuses, so that one does not stop the others. */
  static int forEach(
      String command, CommandArguments arguments, CommandConsole console, DeviceAction action) {
    ServiceApiClient client = console.client(arguments);
    int code = DoniClient.OK;
    for (String name : arguments.positional()) {
      try {
        console.print(name + " " + action.apply(client, name));
      } catch (CommandFailedException e) {
        if (e.status() == 0) {
          throw e;
        }
        console.out().flush();
        console.err().println("doni " + command + ": " + name + ": " + e.getMessage());
        code = DoniClient.FAILED;
      }
    }
    return code;
  }

  /** {@code doni delete}. */
  static final class DeleteCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return named(
              "delete",
              "Deletes devices; their workers clean up the backends.",
              "A device in quarantine must be released first.")
          .flag(
              "--force",
              "Deletes without waiting for backends; 'doni leftovers' lists what remains.")
          .option("--if-match", "ETAG", "Deletes a device only if it has this version.")
          .example("doni delete greenhouse-pi");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      Map<String, String> headers = new LinkedHashMap<>();
      arguments.value("--if-match").ifPresent(etag -> headers.put("If-Match", etag));
      String query = arguments.has("--force") ? "?force=true" : "";
      return forEach(
          "delete",
          arguments,
          console,
          (client, name) -> {
            client.text("DELETE", GetCommand.path(name) + query, headers, null);
            return "deleted";
          });
    }
  }

  /** The description of a command for named devices, or for those that match a filter. */
  private static CommandSpec matching(String name, String... description) {
    CommandSpec spec =
        new CommandSpec(name, description).parameters("[NAME...]", 0, Integer.MAX_VALUE);
    return DeviceFilter.addFilters(spec)
        .flag("-A,--all-projects", "The devices of every project that match.")
        .flag("-y,--yes", "Does it. Without it, the devices that match are only counted.")
        .access()
        .exitCode(0, "done for every device")
        .exitCode(1, "the service refused some devices or did not answer, or --yes is missing")
        .exitCode(2, "invalid arguments");
  }

  /**
   * Does something with all devices that match.
   *
   * @param path of the request
   * @param done what is said of the devices
   */
  private static int forMatching(
      String path, String body, String done, CommandArguments arguments, CommandConsole console) {
    String query = DeviceFilter.query(arguments);
    ServiceApiClient client = console.client(arguments);
    if (!arguments.has("--yes")) {
      long total = client.get("/v1/summary?" + query).path("total").number();
      console.print(devices(total) + " match; repeat the command with --yes");
      return DoniClient.FAILED;
    }
    JsonValue answer = client.post(path + "?" + query, body);
    for (JsonValue refused : answer.path("refused").elements()) {
      console
          .err()
          .println(
              TerminalText.line(refused.path("name").text() + ": " + refused.path("error").text()));
    }
    console.print(devices(answer.path("done").number()) + " " + done);
    return answer.path("refused").elements().isEmpty() ? DoniClient.OK : DoniClient.FAILED;
  }

  private static String devices(long count) {
    return count == 1 ? "1 device" : count + " devices";
  }

  /** Named devices and a filter are different things; without both, a slip would mean all. */
  private static boolean isFiltered(CommandArguments arguments) {
    boolean filtered =
        FILTERS.stream().anyMatch(arguments::has) || !arguments.all("--filter").isEmpty();
    if (filtered == !arguments.positional().isEmpty()) {
      throw new CommandUsageException("give NAME..., or a filter such as --selector");
    }
    return filtered;
  }

  /** {@code doni quarantine}. */
  static final class QuarantineCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return matching(
              "quarantine",
              "Puts devices in quarantine: no worker writes for them until they are released.",
              "Names devices, or selects at most 500 with a filter.")
          .option("--reason", "TEXT", "Why; other operators see it.")
          .example("doni quarantine -l site/rack=r11 --reason 'power work' --yes")
          .example("doni quarantine greenhouse-pi --reason 'its relay board is being replaced'");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      Map<String, Object> body = new LinkedHashMap<>();
      arguments.value("--reason").ifPresent(reason -> body.put("reason", reason));
      String json = new JsonValue(body).compact();
      if (isFiltered(arguments)) {
        return forMatching("/v1/hardware:quarantine", json, "in quarantine", arguments, console);
      }
      return forEach(
          "quarantine",
          arguments,
          console,
          (client, name) -> {
            client.post(GetCommand.path(name) + "/quarantine", json);
            return "is in quarantine";
          });
    }
  }

  /** {@code doni release}. */
  static final class ReleaseCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return matching(
              "release",
              "Releases devices from quarantine; their tasks become due at once.",
              "Names devices, or selects at most 500 with a filter.")
          .example("doni release -l site/rack=r11 --yes")
          .example("doni release greenhouse-pi");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      if (isFiltered(arguments)) {
        return forMatching("/v1/hardware:release", "", "released", arguments, console);
      }
      return forEach(
          "release",
          arguments,
          console,
          (client, name) -> {
            client.post(GetCommand.path(name) + "/release", "");
            return "is released";
          });
    }
  }
}
