package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The output of {@code doni plan --all}: each change while the plans arrive, and at the end one
 * line per worker.
 */
final class FleetPlanReport {

  private static final String PATH = "/v1/plan";

  /** Small, because the service sends a page while it asks the backends. */
  private static final int PAGE = 100;

  private static final int FORBIDDEN = 403;

  private final CommandConsole console;
  private final boolean json;
  private final Map<String, PlannedTotal> totals = new TreeMap<>();
  private long devices;

  FleetPlanReport(CommandConsole console, boolean json) {
    this.console = console;
    this.json = json;
  }

  /** What one worker would do for all devices. */
  private static final class PlannedTotal {
    private final Map<String, Long> changes = new LinkedHashMap<>();
    private final Map<String, Long> unknown = new LinkedHashMap<>();
    private boolean shadow;
    private long unchanged;

    PlannedTotal() {
      for (String action : List.of("CREATE", "UPDATE", "DELETE")) {
        changes.put(action, 0L);
      }
    }

    void add(JsonValue worker) {
      shadow |= worker.path("drift_mode").text().equals("shadow");
      List<JsonValue> planned = worker.path("changes").elements();
      String reason = worker.path("reason").text();
      if (!reason.isEmpty()) {
        unknown.merge(reason, 1L, Long::sum);
      } else if (planned.isEmpty()) {
        unchanged++;
      }
      for (JsonValue change : planned) {
        changes.merge(change.path("action").text(), 1L, Long::sum);
      }
    }

    long unknownDevices() {
      long sum = 0;
      for (long count : unknown.values()) {
        sum += count;
      }
      return sum;
    }

    String line(String type) {
      List<String> reasons = new ArrayList<>();
      unknown.forEach((reason, count) -> reasons.add(reason + " (" + count + ")"));
      return "%s%s: %d to create, %d to change, %d to delete, %d unchanged, %d unknown%s"
          .formatted(
              type,
              shadow ? " (shadow, writes nothing)" : "",
              changes.get("CREATE"),
              changes.get("UPDATE"),
              changes.get("DELETE"),
              unchanged,
              unknownDevices(),
              reasons.isEmpty() ? "" : " because " + String.join("; ", reasons));
    }

    Map<String, Object> json(String type) {
      Map<String, Object> total = new LinkedHashMap<>();
      total.put("worker_type", type);
      if (shadow) {
        total.put("drift_mode", "shadow");
      }
      total.put("create", changes.get("CREATE"));
      total.put("update", changes.get("UPDATE"));
      total.put("delete", changes.get("DELETE"));
      total.put("unchanged", unchanged);
      total.put("unknown", unknown);
      return total;
    }
  }

  /**
   * Prints the plans of all devices that match, also of deleted ones that are still being cleaned
   * up.
   *
   * @param query of the list
   * @return whether every worker has a plan for every device
   */
  boolean print(ServiceApiClient client, String query, int limit) {
    if (json) {
      console.out().print("{\"plans\": [");
    }
    String allowed = live(client, query, limit);
    forEach(client, joined(allowed, "deleted=true"), limit);
    end();
    return totals.values().stream().allMatch(total -> total.unknownDevices() == 0);
  }

  /**
   * Plans live devices: of every project if the caller may, otherwise of the caller's.
   *
   * @return the query that was allowed
   */
  private String live(ServiceApiClient client, String query, int limit) {
    String everywhere = joined(query, "all_projects=true");
    try {
      forEach(client, everywhere, limit);
      return everywhere;
    } catch (CommandFailedException e) {
      if (e.status() != FORBIDDEN || devices > 0) {
        throw e;
      }
    }
    console.err().println("only devices of your project: the policy refuses other projects");
    forEach(client, query, limit);
    return query;
  }

  private static String joined(String query, String parameter) {
    return query.isEmpty() ? parameter : query + "&" + parameter;
  }

  private void forEach(ServiceApiClient client, String query, int limit) {
    DeviceFilter.forEach(client, PATH, query, "plans", limit, PAGE, this::add);
  }

  private void add(JsonValue plan) {
    for (JsonValue worker : plan.path("workers").elements()) {
      totals
          .computeIfAbsent(worker.path("worker_type").line(), type -> new PlannedTotal())
          .add(worker);
    }
    if (json) {
      console.out().print((devices == 0 ? "\n" : ",\n") + "  " + plan.compact());
    } else {
      lines(plan);
    }
    devices++;
  }

  private void lines(JsonValue plan) {
    String name = plan.path("name").line() + (plan.path("deleted_at").isNull() ? "" : " (deleted)");
    for (JsonValue worker : plan.path("workers").elements()) {
      String prefix = name + ", " + worker.path("worker_type").line() + ": ";
      String reason = worker.path("reason").text();
      if (!reason.isEmpty()) {
        console.print(prefix + "no plan: " + TerminalText.line(reason));
      }
      worker
          .path("changes")
          .elements()
          .forEach(change -> console.print(prefix + PlanCommand.text(change)));
    }
  }

  private void end() {
    if (json) {
      List<Object> summary = new ArrayList<>();
      totals.forEach((type, total) -> summary.add(total.json(type)));
      console.print("],\n\"summary\": " + new JsonValue(summary).compact() + "}");
      return;
    }
    console.print(devices == 1 ? "1 device planned" : devices + " devices planned");
    totals.forEach((type, total) -> console.print(TerminalText.line(total.line(type))));
  }
}
