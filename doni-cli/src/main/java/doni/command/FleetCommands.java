package doni.command;

import doni.client.JsonValue;
import doni.client.TerminalText;
import java.util.Map;

/** Commands about all devices, or about how they have been. */
final class FleetCommands {

  private FleetCommands() {}

  /** {@code doni export}. */
  static final class ExportCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return DeviceFilter.addTo(
              SiteCommands.reading(
                  "export",
                  "Prints all devices with their public properties, one JSON object per line."))
          .example("doni export > devices.jsonl");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      DeviceFilter.forEach(
          console.access(arguments).anonymousClient(),
          "/v1/hardware/export",
          DeviceFilter.query(arguments),
          "hardware",
          arguments.number("--limit").orElse(Integer.MAX_VALUE),
          device -> console.print(device.compact()));
      return DoniClient.OK;
    }
  }

  /** {@code doni summary}. */
  static final class SummaryCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return SiteCommands.reading(
              "summary", "Shows how many devices there are, by state, worker and so on.")
          .flag("-A,--all-projects", "The devices of every project.")
          .output("table, json or yaml")
          .example("doni summary");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      String format = arguments.choice("--output", "table", "table", "json", "yaml");
      String query = arguments.has("--all-projects") ? "?all_projects=true" : "";
      JsonValue summary = console.client(arguments).get("/v1/summary" + query);
      if (!SiteCommands.isPrinted(summary, format, console)) {
        print(summary, "", console);
      }
      return DoniClient.OK;
    }

    /** Shows whatever groups the service counts. */
    private static void print(JsonValue group, String indent, CommandConsole console) {
      for (String name : group.names()) {
        JsonValue value = group.path(name);
        if (value.isContainer()) {
          console.print(indent + TerminalText.line(name) + ":");
          print(value, indent + "  ", console);
        } else {
          String word = TerminalText.line(name);
          console.print(
              indent
                  + (console.colored() ? OutputTable.colored(word) : word)
                  + " ".repeat(Math.max(1, 24 - indent.length() - word.length()))
                  + value.line());
        }
      }
      for (JsonValue element : group.elements()) {
        console.print(indent + TerminalText.line(element.compact()));
      }
    }
  }

  /** {@code doni availability}. */
  static final class AvailabilityCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return SiteCommands.reading(
              "availability", "Shows whether a device responds, and since when it did.")
          .parameters("NAME", 1, 1)
          .output("table, json or yaml")
          .example("doni availability greenhouse-pi");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      String format = arguments.choice("--output", "table", "table", "json", "yaml");
      String name = arguments.positional().get(0);
      JsonValue history =
          console.client(arguments).get(GetCommand.path(name) + "/device-availability");
      if (SiteCommands.isPrinted(history, format, console)) {
        return DoniClient.OK;
      }
      JsonValue share = history.path("online_share");
      console.print(
          "%s is %s%s"
              .formatted(
                  name,
                  new DeviceText(history).availability(),
                  share.isNull()
                      ? ""
                      : "; online %.2f %% of the time since %s"
                          .formatted(100 * share.decimal(), history.path("period_start").line())));
      OutputTable table = new OutputTable("STATUS", "START", "END", "REASON");
      for (JsonValue interval : history.path("intervals").elements()) {
        table.add(
            new DeviceText(
                    new JsonValue(
                        Map.of(
                            "device_availability",
                            interval.value() == null ? Map.of() : interval.value())))
                .availability(),
            interval.path("start").text(),
            interval.path("end").text(),
            interval.path("reason").text());
      }
      if (!table.isEmpty()) {
        table.print(console.out(), console.colored());
      }
      return DoniClient.OK;
    }
  }
}
