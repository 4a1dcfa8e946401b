package doni.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Begins, shows and steers resyncs of many devices at a running service. */
@Command(
    name = "sync",
    description = {
      "Has devices looked at again: all of them, or those that the options match.",
      "While the same is being done already, that run is shown."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:begun or shown; with --wait: done without a failure",
      "1:the service refused, or did not answer",
      "2:the command line is not understood",
      "3:the run is done, and something failed",
      "4:the run was cancelled"
    },
    footer = {
      "",
      "Examples:",
      "  doni sync --all --wait",
      "  doni sync --worker-type k8s --state ERROR",
      "  doni sync --pause 3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f"
    },
    mixinStandardHelpOptions = true)
final class SyncCommand implements Callable<Integer> {

  private static final int FAILURES = 3;
  private static final int CANCELLED = 4;
  private static final Duration LOOK = Duration.ofMillis(500);

  /** A service that is restarted is back before that; the run goes on meanwhile. */
  private static final Duration AWAY = Duration.ofMinutes(2);

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Option(names = "--all", description = "All devices.")
  private boolean all;

  @Option(names = "--worker-type", paramLabel = "TYPE", description = "Only this worker's tasks.")
  private @Nullable String workerType;

  @Option(
      names = "--hardware-type",
      paramLabel = "TYPE",
      description = "Only devices of this type.")
  private @Nullable String hardwareType;

  @Option(names = "--project-id", paramLabel = "ID", description = "Only this project's devices.")
  private @Nullable String projectId;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only tasks that are PENDING, IN_PROGRESS, STEADY or ERROR now.")
  private @Nullable String state;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Only the device of this name; can be given several times.")
  private final List<String> names = new ArrayList<>();

  @Option(names = "--status", paramLabel = "UUID", description = "Shows how far a run is.")
  private @Nullable UUID status;

  @Option(names = "--pause", paramLabel = "UUID", description = "Pauses a run.")
  private @Nullable UUID pause;

  @Option(names = "--resume", paramLabel = "UUID", description = "Goes on with a paused run.")
  private @Nullable UUID resume;

  @Option(names = "--cancel", paramLabel = "UUID", description = "Ends a run before it is done.")
  private @Nullable UUID cancel;

  @Option(names = "--wait", description = "Shows the progress until the run is over.")
  private boolean wait;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "table (default), or json: the run as the service tells it, at the end.",
      defaultValue = "table")
  private OutputFormat output = OutputFormat.table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Map<String, Object> filter = filter();
    check(line, filter);
    try (ServiceClient client = service.client()) {
      SyncProgress run = new SyncProgress(answer(client, filter));
      PrintWriter told = output == OutputFormat.json ? line.getErr() : line.getOut();
      told.println("run " + TerminalText.line(run.uuid()));
      SyncProgress last = wait ? await(client, run, told) : run;
      return show(last, line.getOut());
    } catch (CommandFailure e) {
      line.getErr().println("doni sync: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private Map<String, Object> filter() {
    Map<String, Object> filter = new LinkedHashMap<>();
    put(filter, "worker_type", workerType);
    put(filter, "hardware_type", hardwareType);
    put(filter, "project_id", projectId);
    put(filter, "state", state);
    put(filter, "names", names.isEmpty() ? null : names);
    return filter;
  }

  private static void put(Map<String, Object> filter, String name, @Nullable Object value) {
    if (value != null) {
      filter.put(name, value);
    }
  }

  /** Exactly one thing is to be done; what all is must be said, it is too much to be a slip. */
  private void check(CommandLine line, Map<String, Object> filter) {
    int things = given(status) + given(pause) + given(resume) + given(cancel);
    things += (all ? 1 : 0) + (filter.isEmpty() ? 0 : 1);
    if (things != 1) {
      throw new CommandLine.ParameterException(
          line, "give --all, or which devices, or one of --status, --pause, --resume and --cancel");
    }
  }

  private static int given(@Nullable Object option) {
    return option == null ? 0 : 1;
  }

  private JsonNode answer(ServiceClient client, Map<String, Object> filter) {
    if (status != null) {
      return client.get(path(status));
    }
    if (pause != null) {
      return client.post(path(pause) + "/pause", "");
    }
    if (resume != null) {
      return client.post(path(resume) + "/resume", "");
    }
    if (cancel != null) {
      return client.post(path(cancel) + "/cancel", "");
    }
    return client.post("/v1/hardware/sync", JsonMapper.shared().writeValueAsString(filter));
  }

  private static String path(Object run) {
    return "/v1/sync/" + run;
  }

  private int show(SyncProgress run, PrintWriter out) {
    if (output == OutputFormat.json) {
      out.println(run.run().toPrettyString());
    } else {
      if (!wait) {
        out.println(run.line());
      }
      run.failures().forEach(out::println);
    }
    out.flush();
    return wait || status != null ? code(run) : CommandLine.ExitCode.OK;
  }

  private SyncProgress await(ServiceClient client, SyncProgress begun, PrintWriter out) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    SyncDisplay display = new SyncDisplay(out, terminal);
    SyncProgress run = begun;
    long answered = System.nanoTime();
    display.show(run);
    while (!run.over()) {
      pause();
      try {
        run = new SyncProgress(client.get(path(begun.uuid())));
        answered = System.nanoTime();
        display.show(run);
      } catch (CommandFailure e) {
        if (!e.passing() || System.nanoTime() - answered > AWAY.toNanos()) {
          display.end();
          throw e;
        }
        display.note(String.valueOf(e.getMessage()));
      }
    }
    display.end();
    out.flush();
    return run;
  }

  private static void pause() {
    try {
      var _ = new CountDownLatch(1).await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted; the run goes on", false);
    }
  }

  private static int code(SyncProgress run) {
    if (run.state().equals("CANCELLED")) {
      return CANCELLED;
    }
    return run.over() && run.failed() > 0 ? FAILURES : CommandLine.ExitCode.OK;
  }
}
