package doni.command;

import doni.client.CommandFailedException;
import doni.client.JsonValue;
import doni.client.ServiceApiClient;
import doni.client.TerminalText;
import doni.client.UtcTime;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code doni sync} and {@code doni resync}: resync devices that are named, or start, show and
 * control resync runs.
 */
final class SyncCommand implements ApiCommand {

  private static final int FAILURES = 3;
  private static final int CANCELLED = 4;
  private static final Duration POLL = Duration.ofMillis(500);

  /** Longer than a restart of the service; the run continues meanwhile. */
  private static final Duration MAX_OUTAGE = Duration.ofMinutes(2);

  /** Options that act on a run, with the suffix of its path. */
  private static final Map<String, String> RUN_ACTIONS =
      Map.of("--pause", "/pause", "--resume", "/resume", "--cancel", "/cancel");

  private static final String GIVE_ONE =
      "give one of NAME, --all, filter options, --list, --status, --pause, --resume or --cancel";

  private final String name;

  SyncCommand(String name) {
    this.name = name;
  }

  @Override
  public CommandSpec spec() {
    return new CommandSpec(
            name,
            "Resyncs devices: those that are named, all of them, or those that match the options.",
            "If a run with the same filter is not finished, it is shown instead.")
        .parameters("[NAME...]", 0, Integer.MAX_VALUE)
        .flag("--all", "All devices.")
        .option("--worker-type", "TYPE", "Only tasks of this worker.")
        .option("--hardware-type", "TYPE", "Only devices of this type.")
        .option("--project-id", "ID", "Only devices of this project.")
        .option(
            "--state", "STATE", "Only tasks in this state: PENDING, IN_PROGRESS, STEADY or ERROR.")
        .option("--name", "NAME", "Only the device with this name; can be repeated.")
        .option("-l,--selector", "SELECTOR", "Only devices with these labels.")
        .flag("--list", "Lists the last runs.")
        .option("--status", "UUID", "Shows the progress of a run.")
        .option("--pause", "UUID", "Pauses a run.")
        .option("--resume", "UUID", "Resumes a paused run.")
        .option("--cancel", "UUID", "Cancels a run.")
        .flag(
            "--wait", "Waits for the end of the run and shows its progress, and what it waits for.")
        .output("table or json (the run as returned by the service, at the end)")
        .access()
        .exitCode(0, "run started or shown; with --wait: finished without failures")
        .exitCode(1, "the service refused the request or did not answer")
        .exitCode(2, "invalid arguments")
        .exitCode(3, "the run finished with failures")
        .exitCode(4, "the run was canceled")
        .example("doni resync greenhouse-pi")
        .example("doni sync --all --wait")
        .example("doni sync --worker-type k8s --state ERROR")
        .example("doni sync --pause 3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f");
  }

  @Override
  public int run(CommandArguments arguments, CommandConsole console) throws InterruptedException {
    boolean json = arguments.choice("--output", "table", "table", "json").equals("json");
    Map<String, Object> filter = filter(arguments);
    check(arguments, filter);
    if (!arguments.positional().isEmpty()) {
      return resync(arguments, console);
    }
    ServiceApiClient client = console.client(arguments);
    if (arguments.has("--list")) {
      return list(client, json, console);
    }
    ResyncRunFormatter run = new ResyncRunFormatter(answer(client, arguments, filter));
    PrintWriter progress = json ? console.err() : console.out();
    progress.println("run " + TerminalText.line(run.uuid()));
    boolean waits = arguments.has("--wait");
    boolean shows = waits || arguments.has("--status");
    ResyncRunFormatter last = waits ? await(client, run, progress, console) : run;
    show(last, json, waits, shows, console.out());
    return shows ? code(last) : DoniClient.OK;
  }

  private static Map<String, Object> filter(CommandArguments arguments) {
    Map<String, Object> filter = new LinkedHashMap<>();
    for (String option :
        List.of("worker-type", "hardware-type", "project-id", "state", "selector")) {
      arguments
          .value("--" + option)
          .ifPresent(value -> filter.put(option.replace('-', '_'), value));
    }
    if (arguments.has("--name")) {
      filter.put("names", arguments.all("--name"));
    }
    return filter;
  }

  /** Exactly one action; "all" must be said, because it is too much for a slip. */
  private static void check(CommandArguments arguments, Map<String, Object> filter) {
    int actions = filter.isEmpty() ? 0 : 1;
    actions += arguments.positional().isEmpty() ? 0 : 1;
    for (String option :
        List.of("--all", "--list", "--status", "--pause", "--resume", "--cancel")) {
      actions += arguments.has(option) ? 1 : 0;
      String value = arguments.value(option).orElse("");
      if (!value.isEmpty()
          && !value.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
        throw new CommandUsageException(option + ": must be a UUID, not '" + value + "'");
      }
    }
    if (actions != 1) {
      throw new CommandUsageException(GIVE_ONE);
    }
    if (arguments.has("--wait") && (arguments.has("--list") || !arguments.positional().isEmpty())) {
      throw new CommandUsageException("--wait requires a run: give --name in place of NAME");
    }
  }

  private int resync(CommandArguments arguments, CommandConsole console) {
    return DeviceCommands.forEach(
        name,
        arguments,
        console,
        (client, device) -> {
          client.post(GetCommand.path(device) + "/sync", "");
          return "is being resynced";
        });
  }

  private static int list(ServiceApiClient client, boolean json, CommandConsole console) {
    JsonValue page = client.get("/v1/sync");
    if (json) {
      console.print(page.pretty());
      return DoniClient.OK;
    }
    OutputTable table = new OutputTable("UUID", "STATE", "DONE", "TOTAL", "FAILED", "STARTED");
    for (JsonValue run : page.path("sync").elements()) {
      table.add(
          run.path("uuid").text(),
          run.path("state").text(),
          run.path("done").text(),
          run.path("total").text(),
          run.path("failed").text(),
          UtcTime.age(run.path("created_at").text()) + " ago");
    }
    table.print(console.out(), console.colored());
    return DoniClient.OK;
  }

  private static JsonValue answer(
      ServiceApiClient client, CommandArguments arguments, Map<String, Object> filter) {
    if (arguments.has("--status")) {
      return client.get(path(arguments.value("--status").orElse("")));
    }
    for (Map.Entry<String, String> action : RUN_ACTIONS.entrySet()) {
      if (arguments.has(action.getKey())) {
        String run = arguments.value(action.getKey()).orElse("");
        return client.post(path(run) + action.getValue(), "");
      }
    }
    return client.post("/v1/hardware/sync", new JsonValue(filter).compact());
  }

  private static String path(String run) {
    return "/v1/sync/" + run;
  }

  /** Tasks of a run that has just begun wait for their turn, which is not worth a line. */
  private static void show(
      ResyncRunFormatter run, boolean json, boolean waited, boolean waiting, PrintWriter out) {
    if (json) {
      out.println(run.run().pretty());
      return;
    }
    if (!waited) {
      out.println(run.line());
    }
    run.failures().forEach(out::println);
    if (waiting) {
      run.waiting().forEach(out::println);
    }
  }

  private static ResyncRunFormatter await(
      ServiceApiClient client, ResyncRunFormatter started, PrintWriter out, CommandConsole console)
      throws InterruptedException {
    ResyncProgressDisplay display = new ResyncProgressDisplay(out, console.terminal());
    ResyncRunFormatter run = started;
    long lastAnswer = System.nanoTime();
    display.show(run);
    while (!run.over()) {
      console.pause().await(POLL);
      try {
        run = new ResyncRunFormatter(client.get(path(started.uuid())));
        lastAnswer = System.nanoTime();
        display.show(run);
      } catch (CommandFailedException e) {
        if (!e.retryable() || System.nanoTime() - lastAnswer > MAX_OUTAGE.toNanos()) {
          display.end();
          throw e;
        }
        display.note(String.valueOf(e.getMessage()));
      }
    }
    display.end();
    return run;
  }

  private static int code(ResyncRunFormatter run) {
    if (run.state().equals("CANCELLED")) {
      return CANCELLED;
    }
    return run.over() && run.failed() > 0 ? FAILURES : DoniClient.OK;
  }
}
