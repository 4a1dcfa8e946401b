package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code doni get}: lists devices, all or those that are named. */
final class GetCommand implements ApiCommand {

  private static final Duration WATCH = Duration.ofSeconds(2);
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Override
  public CommandSpec spec() {
    return DeviceFilter.addTo(
            new CommandSpec(
                    "get",
                    "Lists the devices of the project, or those that are named.",
                    "NAME may also be a UUID. The service applies the filters.")
                .parameters("[NAME...]", 0, Integer.MAX_VALUE)
                .output("table, wide, json, yaml or name")
                .flag("-w,--watch", "Shows changes until it is interrupted.")
                .flag("-A,--all-projects", "The devices of every project.")
                .flag("--deleted", "Only deleted devices that are still being cleaned up."))
        .access()
        .exitCode(0, "listed")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments")
        .example("doni get")
        .example("doni get --state ERROR -o wide")
        .example("doni get -l site=north -o name | xargs doni resync")
        .example("doni get greenhouse-pi -o yaml");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) throws InterruptedException {
    String format = arguments.choice("--output", "table", "table", "wide", "json", "yaml", "name");
    String query = DeviceFilter.query(arguments);
    int limit = arguments.number("--limit").orElse(Integer.MAX_VALUE);
    if (!arguments.positional().isEmpty() && !query.isEmpty() && !query.equals("deleted=true")) {
      throw new CommandUsageException("give either NAME or filters");
    }
    ServiceApiClient client = console.client(arguments);
    if (arguments.has("--watch")) {
      if (!format.equals("table") && !format.equals("wide")) {
        throw new CommandUsageException("--watch requires -o table or -o wide");
      }
      return watch(client, arguments, query, limit, format, console);
    }
    print(devices(client, arguments, query, limit), format, arguments, console);
    return DoniClient.OK;
  }

  private static List<JsonValue> devices(
      ServiceApiClient client, CommandArguments arguments, String query, int limit) {
    List<JsonValue> devices = new ArrayList<>();
    for (String name : arguments.positional()) {
      devices.add(client.get(path(name) + (query.isEmpty() ? "" : "?" + query)));
    }
    if (arguments.positional().isEmpty()) {
      DeviceFilter.forEach(client, "/v1/hardware", query, "hardware", limit, devices::add);
    }
    return devices;
  }

  static String path(String name) {
    return "/v1/hardware/" + ServiceApiClient.segment(name);
  }

  private static void print(
      List<JsonValue> devices, String format, CommandArguments arguments, CommandConsole console) {
    boolean one = arguments.positional().size() == 1;
    switch (format) {
      case "json" -> console.print((one ? devices.get(0) : document(devices)).pretty());
      case "yaml" -> {
        console.out().print(YamlText.of(one ? devices.get(0) : document(devices)));
      }
      case "name" -> devices.forEach(device -> console.print(device.path("name").line()));
      default -> {
        if (devices.isEmpty()) {
          console.err().println("no devices found; 'doni create --help' shows how to enroll one");
        } else {
          table(devices, format.equals("wide"))
              .withoutEmptyColumns()
              .print(console.out(), console.colored());
        }
      }
    }
  }

  private static JsonValue document(List<JsonValue> devices) {
    List<Object> values = new ArrayList<>();
    for (JsonValue device : devices) {
      if (device.value() != null) {
        values.add(device.value());
      }
    }
    return new JsonValue(new LinkedHashMap<>(Map.of("hardware", values)));
  }

  private static OutputTable table(List<JsonValue> devices, boolean wide) {
    OutputTable table =
        wide
            ? new OutputTable(
                "NAME",
                "TYPE",
                "STATE",
                "STEADY",
                "AVAILABILITY",
                "AGE",
                "UUID",
                "PROJECT",
                "LABELS")
            : new OutputTable("NAME", "TYPE", "STATE", "STEADY", "AVAILABILITY", "AGE");
    for (JsonValue one : devices) {
      DeviceText device = new DeviceText(one);
      List<String> cells =
          new ArrayList<>(
              List.of(
                  device.name(),
                  one.path("hardware_type").line(),
                  device.state(),
                  device.steady(),
                  device.availability(),
                  device.age()));
      if (wide) {
        cells.add(one.path("uuid").line());
        cells.add(one.path("project_id").line());
        cells.add(device.labels());
      }
      table.add(cells.toArray(String[]::new));
    }
    return table;
  }

  /** Redraws the table on a terminal; in a pipe, prints the rows that have changed. */
  private static int watch(
      ServiceApiClient client,
      CommandArguments arguments,
      String query,
      int limit,
      String format,
      CommandConsole console)
      throws InterruptedException {
    Map<String, List<String>> shown = new HashMap<>();
    while (true) {
      try {
        List<JsonValue> devices = devices(client, arguments, query, limit);
        OutputTable table = table(devices, format.equals("wide"));
        if (console.terminal()) {
          console.out().print(CLEAR);
          table.withoutEmptyColumns().print(console.out(), console.colored());
        } else {
          changes(devices, table, shown, console.out());
        }
      } catch (CommandFailedException e) {
        if (!e.retryable()) {
          throw e;
        }
        console.err().println("doni get: " + e.getMessage());
      }
      console.out().flush();
      console.pause().await(WATCH);
    }
  }

  private static void changes(
      List<JsonValue> devices,
      OutputTable table,
      Map<String, List<String>> shown,
      PrintWriter out) {
    OutputTable changed = new OutputTable(table.header().toArray(String[]::new));
    for (int row = 0; row < devices.size(); row++) {
      List<String> cells = new ArrayList<>(table.rows().get(row));
      List<String> compared = new ArrayList<>(cells);
      // The age always changes.
      compared.set(5, "");
      if (!compared.equals(shown.put(devices.get(row).path("uuid").text(), compared))) {
        changed.add(cells.toArray(String[]::new));
      }
    }
    shown.keySet().removeIf(uuid -> gone(uuid, devices, out));
    if (!changed.isEmpty()) {
      changed.withoutEmptyColumns().print(out, false);
    }
  }

  private static boolean gone(String uuid, List<JsonValue> devices, PrintWriter out) {
    for (JsonValue device : devices) {
      if (device.path("uuid").text().equals(uuid)) {
        return false;
      }
    }
    out.println(uuid + " is deleted");
    return true;
  }
}
