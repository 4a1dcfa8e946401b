package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** {@code doni plan}: shows what each worker would write for a device, or for many, now. */
final class PlanCommand implements ApiCommand {

  private static final int NO_PLAN = 3;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  @Override
  public CommandSpec spec() {
    return DeviceFilter.addTo(
            new CommandSpec(
                    "plan",
                    "Shows what each worker would write for a device now, without writing it.",
                    "For a deleted device, also shows what blocks its cleanup. With --all, plans all devices",
                    "that you may see and that match the options, and ends with one line per worker.")
                .parameters("[NAME]", 0, 1)
                .flag("--all", "All devices, or those that match the options."))
        .output("table or json")
        .access()
        .exitCode(0, "every worker has a plan")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments")
        .exitCode(3, "some workers have no plan; the reason is printed")
        .example("doni plan greenhouse-pi")
        .example("doni plan greenhouse-pi --output json")
        .example("doni plan --all --selector site=north");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) {
    boolean json = arguments.choice("--output", "table", "table", "json").equals("json");
    if (arguments.has("--all") == !arguments.positional().isEmpty()) {
      throw new CommandUsageException("give one of NAME or --all");
    }
    String query = DeviceFilter.query(arguments);
    if (arguments.has("--all")) {
      boolean known =
          new FleetPlanReport(console, json)
              .print(
                  console.client(arguments),
                  query,
                  arguments.number("--limit").orElse(Integer.MAX_VALUE));
      return known ? DoniClient.OK : NO_PLAN;
    }
    if (!query.isEmpty() || arguments.has("--limit")) {
      throw new CommandUsageException("options that choose devices require --all");
    }
    String name = arguments.positional().get(0);
    return print(plan(console.client(arguments), name), name, json, console.out());
  }

  /** A name refers to a live device; without one, to the deleted device that had it. */
  private static JsonValue plan(ServiceApiClient client, String name) {
    try {
      return planOf(client, name);
    } catch (CommandFailedException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
      List<String> deleted = deletedWithThatName(client, name);
      if (deleted.isEmpty()) {
        throw e;
      }
      if (deleted.size() > 1) {
        throw new CommandFailedException(
            "%d deleted devices had the name %s; give the UUID of one of them: %s"
                .formatted(deleted.size(), name, String.join(", ", deleted)),
            false);
      }
      return planOf(client, deleted.getFirst());
    }
  }

  private static JsonValue planOf(ServiceApiClient client, String ref) {
    return client.get(GetCommand.path(ref) + "/plan");
  }

  private static List<String> deletedWithThatName(ServiceApiClient client, String name) {
    String path = "/v1/hardware?deleted=true&name=" + ServiceApiClient.segment(name);
    JsonValue found;
    try {
      found = client.get(path + "&all_projects=true");
    } catch (CommandFailedException e) {
      if (e.status() != FORBIDDEN) {
        throw e;
      }
      found = client.get(path);
    }
    List<String> uuids = new ArrayList<>();
    for (JsonValue device : found.path("hardware").elements()) {
      uuids.add(device.path("uuid").line());
    }
    return uuids;
  }

  private static int print(JsonValue plan, String name, boolean json, PrintWriter out) {
    if (json) {
      out.println(plan.pretty());
    } else {
      table(plan, name, out);
    }
    boolean known =
        plan.path("workers").elements().stream().allMatch(worker -> reason(worker).isEmpty());
    return known ? DoniClient.OK : NO_PLAN;
  }

  private static String reason(JsonValue worker) {
    return worker.path("reason").text();
  }

  private static void table(JsonValue plan, String name, PrintWriter out) {
    String deleted = plan.path("deleted_at").text();
    out.println(
        name
            + " ("
            + TerminalText.line(plan.path("hardware_uuid").text())
            + ")"
            + (deleted.isEmpty() ? "" : ", deleted at " + TerminalText.line(deleted)));
    for (JsonValue worker : plan.path("workers").elements()) {
      String type = TerminalText.line(worker.path("worker_type").text());
      String reason = reason(worker);
      if (!reason.isEmpty()) {
        out.println("  " + type + ": no plan: " + TerminalText.line(reason));
      } else if (worker.path("changes").elements().isEmpty()) {
        out.println("  " + type + ": no changes");
      } else {
        out.println("  " + type + ":");
        if (worker.path("drift_mode").text().equals("shadow")) {
          out.println("    (in shadow: reported, not written)");
        }
        worker.path("changes").elements().forEach(change -> out.println("    " + text(change)));
      }
      String blocker = worker.path("blocked_by").text();
      if (!blocker.isEmpty() && !blocker.equals(reason)) {
        out.println("    cleanup blocked by: " + TerminalText.line(blocker));
      }
    }
  }

  /** Returns a change in one line. */
  static String text(JsonValue change) {
    String text = change.path("action").text() + " " + change.path("object").text();
    String from = change.path("from").text();
    String to = change.path("to").text();
    if (!from.isEmpty() && !to.isEmpty()) {
      text += ": " + from + " -> " + to;
    } else if (!to.isEmpty()) {
      text += ": " + to;
    } else if (!from.isEmpty()) {
      text += ": was " + from;
    }
    return TerminalText.line(text);
  }
}
