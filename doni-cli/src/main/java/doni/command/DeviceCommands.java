package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import java.util.LinkedHashMap;
import java.util.Map;

/** Commands that do one thing with each named device. */
final class DeviceCommands {

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

  /** {@code doni quarantine}. */
  static final class QuarantineCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return named(
              "quarantine",
              "Puts devices in quarantine: no worker writes for them until they are released.")
          .option("--reason", "TEXT", "Why; other operators see it.")
          .example("doni quarantine greenhouse-pi --reason 'its relay board is being replaced'");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      Map<String, Object> body = new LinkedHashMap<>();
      arguments.value("--reason").ifPresent(reason -> body.put("reason", reason));
      String json = new JsonValue(body).compact();
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
      return named("release", "Releases devices from quarantine; their tasks become due at once.")
          .example("doni release greenhouse-pi");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
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
