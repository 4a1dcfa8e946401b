package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import doni.client.UtcTime;
import java.util.List;
import java.util.Set;

/** {@code doni describe}: shows everything about a device, for people. */
final class DescribeCommand implements ApiCommand {

  private static final int NOT_FOUND = 404;
  private static final int EVENTS = 10;

  /** Members with a place of their own; all others are shown as they are. */
  private static final Set<String> PLACED =
      Set.of(
          "name",
          "uuid",
          "hardware_type",
          "project_id",
          "created_at",
          "updated_at",
          "deleted_at",
          "quarantine",
          "properties",
          "workers",
          "device_availability",
          "labels");

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            "describe",
            "Shows a device: its way to Ready, its workers with the reasons, properties, windows and last"
                + " events.")
        .parameters("NAME...", 1, Integer.MAX_VALUE)
        .access()
        .exitCode(0, "shown")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments")
        .example("doni describe greenhouse-pi");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) {
    ServiceApiClient client = console.client(arguments);
    String separator = "";
    for (String name : arguments.positional()) {
      console.out().print(separator);
      describe(client, name, console);
      separator = "\n";
    }
    return DoniClient.OK;
  }

  private static void describe(ServiceApiClient client, String name, CommandConsole console) {
    String path = GetCommand.path(name);
    JsonValue device = device(client, path);
    head(device, console);
    if (device.path("deleted_at").isNull()) {
      readiness(client, path, console);
    }
    workers(device, console);
    members("Properties", device.path("properties"), console);
    for (String member : device.names()) {
      if (!PLACED.contains(member)) {
        member(title(member), device.path(member), console);
      }
    }
    if (device.path("deleted_at").isNull()) {
      windows(client.get(path + "/availability"), console);
    }
    events(client.get(path + "/events?limit=" + EVENTS), console);
  }

  /** A UUID also finds a deleted device that is still being cleaned up. */
  private static JsonValue device(ServiceApiClient client, String path) {
    try {
      return client.get(path);
    } catch (CommandFailedException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
      return client.get(path + "?deleted=true");
    }
  }

  private static void head(JsonValue device, CommandConsole console) {
    DeviceText text = new DeviceText(device);
    field("Name", text.name(), console);
    field("UUID", device.path("uuid").line(), console);
    field("Type", device.path("hardware_type").line(), console);
    field("Project", device.path("project_id").line(), console);
    field("Labels", text.labels(), console);
    field("Created", time(device.path("created_at")), console);
    field("Changed", time(device.path("updated_at")), console);
    field("Deleted", time(device.path("deleted_at")), console);
    String state = console.colored() ? OutputTable.colored(text.state()) : text.state();
    field("State", state + " (" + text.steady() + " steady)", console);
    JsonValue quarantine = device.path("quarantine");
    if (!quarantine.isNull()) {
      field("Quarantine", "since " + time(quarantine.path("since")), console);
      field("  Reason", quarantine.path("reason").line(), console);
    }
    JsonValue availability = device.path("device_availability");
    field("Availability", text.availability(), console);
    for (String member : availability.names()) {
      if (!availability.path(member).line().equals(text.availability())) {
        field("  " + title(member), availability.path(member).line(), console);
      }
    }
  }

  private static void field(String name, String value, CommandConsole console) {
    if (!value.isEmpty()) {
      console.print(name + ":" + " ".repeat(Math.max(1, 14 - name.length())) + value);
    }
  }

  private static String time(JsonValue time) {
    return time.isNull() ? "" : time.line() + " (" + UtcTime.age(time.text()) + " ago)";
  }

  /** An older service does not have it. */
  private static void readiness(ServiceApiClient client, String path, CommandConsole console) {
    JsonValue readiness;
    try {
      readiness = client.get(path + "/readiness");
    } catch (CommandFailedException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
      return;
    }
    console.print("Way to Ready:");
    for (JsonValue step : readiness.path("steps").elements()) {
      String name = step.path("step").line();
      String since = step.path("since").line();
      String reason = step.path("reason").line();
      console.print(
          "  "
              + name
              + " ".repeat(Math.max(1, 14 - name.length()))
              + step.path("status").line()
              + (since.isEmpty() ? "" : " since " + since)
              + (reason.isEmpty() ? "" : ": " + reason));
      if (!step.path("advice").line().isEmpty()) {
        console.print("    Next: " + step.path("advice").line());
      }
    }
    // An older service does not name them.
    for (JsonValue problem : readiness.path("problems").elements()) {
      console.print(
          "  Problem of "
              + problem.path("worker_type").line()
              + ": "
              + problem.path("reason").line());
      console.print("    Next: " + problem.path("advice").line());
    }
  }

  private static void workers(JsonValue device, CommandConsole console) {
    List<JsonValue> workers = device.path("workers").elements();
    if (workers.isEmpty()) {
      return;
    }
    console.print("Workers:");
    for (JsonValue worker : workers) {
      String state = worker.path("state").line();
      String reason = DeviceText.reason(worker);
      JsonValue next = worker.path("state_details").path("next_attempt_at");
      String type = worker.path("worker_type").line();
      console.print(
          "  "
              + type
              + " ".repeat(Math.max(1, 21 - type.length()))
              + (console.colored() ? OutputTable.colored(state) : state)
              + (reason.isEmpty() ? "" : ": " + TerminalText.line(reason))
              + (next.isNull() || state.equals("STEADY")
                  ? ""
                  : "; next attempt at " + next.line()));
    }
  }

  private static void members(String title, JsonValue object, CommandConsole console) {
    if (object.names().isEmpty()) {
      return;
    }
    console.print(title + ":");
    for (String name : object.names()) {
      JsonValue value = object.path(name);
      console.print(
          TerminalText.line(
              "  " + name + ": " + (value.isContainer() ? value.compact() : value.text())));
    }
  }

  /** Shows a member that this version does not know. */
  private static void member(String title, JsonValue value, CommandConsole console) {
    if (value.names().isEmpty()) {
      field(
          title, TerminalText.line(value.isContainer() ? value.compact() : value.text()), console);
    } else {
      members(title, value, console);
    }
  }

  private static String title(String member) {
    return Character.toUpperCase(member.charAt(0)) + member.substring(1).replace('_', ' ');
  }

  private static void windows(JsonValue windows, CommandConsole console) {
    List<JsonValue> all = windows.path("availability").elements();
    if (!all.isEmpty()) {
      console.print("Reservation windows:");
      for (JsonValue window : all) {
        console.print(
            "  "
                + window.path("start").line()
                + " to "
                + window.path("end").line()
                + "  "
                + window.path("uuid").line());
      }
    }
  }

  private static void events(JsonValue page, CommandConsole console) {
    List<JsonValue> events = page.path("events").elements();
    if (!events.isEmpty()) {
      console.print("Last events (newest first):");
      for (JsonValue event : events) {
        console.print("  " + EventsCommand.line(event, ""));
      }
    }
  }
}
