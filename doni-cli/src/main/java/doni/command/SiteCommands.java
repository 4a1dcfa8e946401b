package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.UtcTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Commands about the service and the site as a whole. */
final class SiteCommands {

  private SiteCommands() {}

  /** Starts the description of a command that only reads. */
  static CommandSpec reading(String name, String... description) {
    return new CommandSpec(name, description)
        .access()
        .exitCode(0, "shown")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments");
  }

  /** Prints a response as JSON or YAML; returns false if the format is another one. */
  static boolean isPrinted(JsonValue response, String format, CommandConsole console) {
    switch (format) {
      case "json" -> console.print(response.pretty());
      case "yaml" -> console.out().print(YamlText.of(response));
      default -> {
        return false;
      }
    }
    return true;
  }

  /** {@code doni leftovers}. */
  static final class LeftoversCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return reading(
              "leftovers",
              "Lists what force-deleted devices left in backends, or dismisses some of it.")
          .parameters("[dismiss ID...]", 0, Integer.MAX_VALUE)
          .output("table, json or yaml")
          .option("--limit", "N", "At most this many leftovers.")
          .example("doni leftovers")
          .example("doni leftovers dismiss 17    # Doni stops its cleanup");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      List<String> words = arguments.positional();
      if (!words.isEmpty()) {
        return dismiss(words, arguments, console);
      }
      String format = arguments.choice("--output", "table", "table", "json", "yaml");
      List<Object> all = new ArrayList<>();
      OutputTable table =
          new OutputTable("ID", "NAME", "WORKER", "ATTEMPTS", "DELETED", "NEXT ATTEMPT", "REASON");
      DeviceFilter.forEach(
          console.client(arguments),
          "/v1/leftovers",
          "",
          "leftovers",
          arguments.number("--limit").orElse(Integer.MAX_VALUE),
          leftover -> {
            all.add(leftover.value() == null ? Map.of() : leftover.value());
            table.add(
                leftover.path("id").text(),
                leftover.path("name").text(),
                leftover.path("worker_type").text(),
                leftover.path("attempts").text(),
                UtcTime.age(leftover.path("deleted_at").text()) + " ago",
                leftover.path("next_attempt_at").text(),
                leftover.path("reason").text());
          });
      if (isPrinted(new JsonValue(Map.of("leftovers", all)), format, console)) {
        return DoniClient.OK;
      }
      if (table.isEmpty()) {
        console.print("no leftovers");
      } else {
        table.print(console.out(), console.colored());
      }
      return DoniClient.OK;
    }

    private static int dismiss(
        List<String> words, CommandArguments arguments, CommandConsole console) {
      List<String> ids = words.subList(1, words.size());
      if (!words.get(0).equals("dismiss") || ids.isEmpty()) {
        throw new CommandUsageException("to dismiss leftovers, give: dismiss ID...");
      }
      ServiceApiClient client = console.client(arguments);
      for (String id : ids) {
        client.text("DELETE", "/v1/leftovers/" + ServiceApiClient.segment(id), Map.of(), null);
        console.print("leftover " + id + " dismissed");
      }
      return DoniClient.OK;
    }
  }

  /** {@code doni hardware-types}. */
  static final class HardwareTypesCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return reading(
              "hardware-types", "Lists the hardware types of the site, or the properties of one.")
          .parameters("[TYPE]", 0, 1)
          .output("table, json or yaml")
          .example("doni hardware-types device.balena");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      String format = arguments.choice("--output", "table", "table", "json", "yaml");
      JsonValue response = console.client(arguments).get("/v1/hardware-types");
      if (isPrinted(response, format, console)) {
        return DoniClient.OK;
      }
      OutputTable table = new OutputTable("TYPE", "WORKERS", "REQUIRED PROPERTIES");
      for (JsonValue type : response.path("hardware_types").elements()) {
        if (arguments.positional().contains(type.path("name").text())) {
          fields(type).print(console.out(), false);
          return DoniClient.OK;
        }
        table.add(
            type.path("name").text(),
            String.join(",", type.path("workers").texts()),
            String.join(",", required(type)));
      }
      if (!arguments.positional().isEmpty()) {
        throw new CommandFailedException(
            "no hardware type '"
                + arguments.positional().get(0)
                + "'; 'doni hardware-types' lists them",
            false);
      }
      table.print(console.out(), false);
      return DoniClient.OK;
    }

    private static List<String> required(JsonValue type) {
      List<String> required = new ArrayList<>();
      for (JsonValue field : type.path("fields").elements()) {
        if (field.path("required").text().equals("true")) {
          required.add(field.path("name").text());
        }
      }
      return required;
    }

    private static OutputTable fields(JsonValue type) {
      OutputTable table = new OutputTable("PROPERTY", "TYPE", "REQUIRED", "DEFAULT", "SECRET");
      for (JsonValue field : type.path("fields").elements()) {
        JsonValue fallback = field.path("default");
        table.add(
            field.path("name").text(),
            field.path("schema").path("type").text(),
            yes(field.path("required")),
            fallback.isContainer() ? fallback.compact() : fallback.text(),
            yes(field.path("sensitive")));
      }
      return table;
    }

    private static String yes(JsonValue value) {
      return value.text().equals("true") ? "yes" : "";
    }
  }

  /** {@code doni status}. */
  static final class StatusCommand implements ApiCommand {

    @Override
    public CommandSpec spec() {
      return reading("status", "Shows whether the service is healthy, and its API version.")
          .example("doni status");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      ServiceApiClient client = console.access(arguments).anonymousClient();
      JsonValue version = client.get("/");
      String health = client.text("GET", "/healthcheck", Map.of(), null).strip();
      console.print(
          "%s  %s, API %s: %s"
              .formatted(
                  client.service(),
                  version.path("name").line(),
                  version.path("default_version").line(),
                  console.colored() ? OutputTable.colored(health) : health));
      return DoniClient.OK;
    }
  }

  /** {@code doni api}. */
  static final class ApiCallCommand implements ApiCommand {

    private static final Set<String> METHODS = Set.of("GET", "POST", "PATCH", "DELETE", "PUT");

    @Override
    public CommandSpec spec() {
      return reading("api", "Calls any operation of the REST API and prints its response.")
          .parameters("[METHOD] PATH", 1, 2)
          .option("-d,--data", "JSON", "Body of the request; @FILE reads it from a file.")
          .option("-H,--header", "NAME:VALUE", "A header; can be repeated.")
          .example("doni api /v1/hardware?limit=1")
          .example("doni api POST /v1/hardware/greenhouse-pi/sync");
    }

    @Override
    public int run(CommandArguments arguments, CommandConsole console) {
      List<String> words = arguments.positional();
      String method = words.size() == 2 ? words.get(0).toUpperCase(Locale.ROOT) : "GET";
      String path = words.get(words.size() - 1);
      if (!METHODS.contains(method) || !path.startsWith("/")) {
        throw new CommandUsageException(
            "give a method ("
                + String.join(", ", new java.util.TreeSet<>(METHODS))
                + ") and a path that begins with /");
      }
      Map<String, String> headers = new LinkedHashMap<>();
      String body = arguments.value("--data").map(EnrollCommands::content).orElse(null);
      if (body != null) {
        headers.put("Content-Type", "application/json");
      }
      for (String header : arguments.all("--header")) {
        int colon = header.indexOf(':');
        if (colon < 1) {
          throw new CommandUsageException("--header: must be NAME:VALUE");
        }
        headers.put(header.substring(0, colon), header.substring(colon + 1).strip());
      }
      console.out().print(console.client(arguments).text(method, path, headers, body));
      console.out().println();
      return DoniClient.OK;
    }
  }
}
