package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** {@code doni events}: shows the events of a device or of all devices, and new ones. */
final class EventsCommand implements ApiCommand {

  private static final Duration RETRY = Duration.ofSeconds(2);

  /** Refusals of a stream to a caller who may read the device: its events are polled. */
  private static final List<Integer> NO_STREAM = List.of(403, 406);

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            "events",
            "Shows the events of a device, or of all devices, oldest first.",
            "All devices require the permission to read every project.")
        .parameters("[NAME]", 0, 1)
        .flag("-f,--follow", "Also shows new events until it is interrupted.")
        .option("--limit", "N", "Number of events (default: 20).")
        .option("--kind", "KIND", "Only events of this kind, such as worker.failed.")
        .option("--worker-type", "TYPE", "Only events caused by this worker.")
        .option("--user-id", "ID", "Only events caused by this user.")
        .output("table, json (one event per line) or yaml")
        .access()
        .exitCode(0, "shown")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments")
        .example("doni events greenhouse-pi --follow")
        .example("doni events --kind worker.failed --limit 100");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) throws InterruptedException {
    String format = arguments.choice("--output", "table", "table", "json", "yaml");
    boolean one = !arguments.positional().isEmpty();
    String filter = filter(arguments);
    if (one && !filter.isEmpty()) {
      throw new CommandUsageException("--kind, --worker-type and --user-id require all devices");
    }
    int limit = arguments.number("--limit").orElse(20);
    ServiceApiClient client = console.client(arguments);
    String path = one ? GetCommand.path(arguments.positional().get(0)) + "/events" : "/v1/events";
    List<JsonValue> events = new ArrayList<>();
    DeviceFilter.forEach(client, path, filter, "events", limit, events::add);
    Collections.reverse(events);
    Map<String, String> names = new HashMap<>();
    for (JsonValue event : events) {
      print(event, format, one, names, console);
    }
    if (!arguments.has("--follow")) {
      return DoniClient.OK;
    }
    console.out().flush();
    long last = events.isEmpty() ? 0 : events.get(events.size() - 1).path("id").number();
    String uuid =
        one ? client.get(GetCommand.path(arguments.positional().get(0))).path("uuid").text() : "";
    String stream =
        "/v1/events?" + filter + (one ? "hardware=" + ServiceApiClient.segment(uuid) : "");
    String page = path + "?limit=100" + (filter.isEmpty() ? "" : "&" + filter);
    return new EventFollower(
            client,
            stream,
            page,
            last,
            event -> {
              print(event, format, one, names, console);
              console.out().flush();
            })
        .follow(console);
  }

  private static String filter(CommandArguments arguments) {
    List<String> filter = new ArrayList<>();
    for (String name : List.of("kind", "worker-type", "user-id")) {
      arguments
          .value("--" + name)
          .ifPresent(
              value -> filter.add(name.replace('-', '_') + "=" + ServiceApiClient.segment(value)));
    }
    return String.join("&", filter);
  }

  private static void print(
      JsonValue event,
      String format,
      boolean one,
      Map<String, String> names,
      CommandConsole console) {
    switch (format) {
      case "json" -> console.print(event.compact());
      case "yaml" -> console.out().print("---\n" + YamlText.of(event));
      default -> console.print(line(event, one ? "" : device(event, names)));
    }
  }

  /** Events name a device by its UUID; only that of its creation has its name. */
  private static String device(JsonValue event, Map<String, String> names) {
    String uuid = event.path("hardware_uuid").line();
    String name = event.path("body").path("name").line();
    if (!name.isEmpty()) {
      names.put(uuid, name);
    }
    return names.getOrDefault(uuid, uuid);
  }

  /** Returns an event on one line. */
  static String line(JsonValue event, String device) {
    String worker = event.path("worker_type").line();
    JsonValue body = event.path("body");
    return event.path("at").line()
        + "  "
        + event.path("kind").line()
        + (device.isEmpty() ? "" : "  " + device)
        + (worker.isEmpty() ? "" : "  " + worker)
        + (body.names().isEmpty() ? "" : "  " + TerminalText.line(details(body)));
  }

  private static String details(JsonValue body) {
    List<String> details = new ArrayList<>();
    for (String name : body.names()) {
      JsonValue value = body.path(name);
      details.add(name + "=" + (value.isContainer() ? value.compact() : value.text()));
    }
    return String.join(" ", details);
  }

  /** Follows the stream; where it is refused, asks for newer events again and again. */
  private static final class EventFollower {
    private static final int REMEMBERED = 1_000;

    private final ServiceApiClient client;
    private final String stream;
    private final String page;
    private final Consumer<JsonValue> printer;

    /** The last printed event of the first page; older ones were not asked for. */
    private final long floor;

    private final Set<Long> printed = new LinkedHashSet<>();
    private String position = "";

    EventFollower(
        ServiceApiClient client,
        String stream,
        String page,
        long floor,
        Consumer<JsonValue> printer) {
      this.client = client;
      this.stream = stream;
      this.page = page;
      this.floor = floor;
      this.printer = printer;
    }

    int follow(CommandConsole console) throws InterruptedException {
      boolean streamed = true;
      while (true) {
        try {
          if (position.isEmpty()) {
            newer();
          }
          if (streamed) {
            client.stream(
                stream,
                position,
                (id, event) -> {
                  position = id;
                  print(event);
                });
          }
        } catch (CommandFailedException e) {
          if (streamed && NO_STREAM.contains(e.status())) {
            streamed = false;
          } else if (!e.retryable()) {
            throw e;
          } else {
            console.err().println("doni events: " + e.getMessage());
            console.err().flush();
          }
        }
        console.pause().await(RETRY);
      }
    }

    private void newer() {
      List<JsonValue> events = new ArrayList<>(client.get(page).path("events").elements());
      Collections.reverse(events);
      events.forEach(this::print);
    }

    /** Prints an event once: a page and the stream may both have it. */
    private void print(JsonValue event) {
      long id = event.path("id").number();
      if (id > floor && printed.add(id)) {
        printer.accept(event);
        if (printed.size() > REMEMBERED) {
          printed.remove(printed.iterator().next());
        }
      }
    }
  }
}
