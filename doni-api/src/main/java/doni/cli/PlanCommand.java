package doni.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code doni plan}: shows what each worker would write for a device now. */
@Command(
    name = "plan",
    description = {
      "Shows what each worker would write for a device now, without writing it.",
      "For a deleted device, also shows what blocks its cleanup."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every worker has a plan",
      "1:the service refused the request or did not answer",
      "2:invalid arguments",
      "3:some workers have no plan; the reason is printed"
    },
    footer = {
      "",
      "Examples:",
      "  doni plan greenhouse-pi",
      "  doni plan greenhouse-pi --output json"
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {

  private static final int NO_PLAN = 3;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  @Mixin private final ServiceAccessOptions service = new ServiceAccessOptions();

  @Parameters(paramLabel = "NAME", description = "Name or UUID of the device.")
  private String name = "";

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "table (default) or json (the response of the service).",
      defaultValue = "table")
  private OutputFormat output = OutputFormat.table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try (ServiceApiClient client = service.client()) {
      return print(plan(client), line.getOut());
    } catch (CommandFailedException e) {
      line.getErr().println("doni plan: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  /** A name refers to a live device; without one, to the deleted device that had it. */
  private JsonNode plan(ServiceApiClient client) {
    try {
      return planOf(client, name);
    } catch (CommandFailedException e) {
      if (e.status() != NOT_FOUND) {
        throw e;
      }
      List<String> deleted = deletedWithThatName(client);
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

  private static JsonNode planOf(ServiceApiClient client, String ref) {
    return client.get("/v1/hardware/" + ServiceApiClient.segment(ref) + "/plan");
  }

  private List<String> deletedWithThatName(ServiceApiClient client) {
    String path = "/v1/hardware?deleted=true&name=" + ServiceApiClient.segment(name);
    JsonNode found;
    try {
      found = client.get(path + "&all_projects=true");
    } catch (CommandFailedException e) {
      if (e.status() != FORBIDDEN) {
        throw e;
      }
      found = client.get(path);
    }
    return found
        .path("hardware")
        .valueStream()
        .map(device -> TerminalText.line(device.path("uuid").asString("")))
        .toList();
  }

  private int print(JsonNode plan, PrintWriter out) {
    if (output == OutputFormat.json) {
      out.println(plan.toPrettyString());
      out.flush();
    } else {
      table(plan, out);
    }
    boolean known = plan.path("workers").valueStream().allMatch(worker -> reason(worker).isEmpty());
    return known ? CommandLine.ExitCode.OK : NO_PLAN;
  }

  private static String reason(JsonNode worker) {
    return worker.path("reason").asString("");
  }

  private void table(JsonNode plan, PrintWriter out) {
    String deleted = plan.path("deleted_at").asString("");
    out.println(
        name
            + " ("
            + TerminalText.line(plan.path("hardware_uuid").asString(""))
            + ")"
            + (deleted.isEmpty() ? "" : ", deleted at " + TerminalText.line(deleted)));
    for (JsonNode worker : plan.path("workers")) {
      String type = TerminalText.line(worker.path("worker_type").asString(""));
      String reason = reason(worker);
      if (!reason.isEmpty()) {
        out.println("  " + type + ": no plan: " + TerminalText.line(reason));
      } else if (worker.path("changes").isEmpty()) {
        out.println("  " + type + ": no changes");
      } else {
        out.println("  " + type + ":");
        worker.path("changes").forEach(change -> out.println("    " + text(change)));
      }
      String blocker = worker.path("blocked_by").asString("");
      if (!blocker.isEmpty() && !blocker.equals(reason)) {
        out.println("    cleanup blocked by: " + TerminalText.line(blocker));
      }
    }
    out.flush();
  }

  private static String text(JsonNode change) {
    String text = change.path("action").asString("") + " " + change.path("object").asString("");
    String from = change.path("from").asString("");
    String to = change.path("to").asString("");
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
