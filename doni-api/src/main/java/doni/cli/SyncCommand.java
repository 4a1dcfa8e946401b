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

/** {@code doni sync}: starts, shows and controls resync runs of a running service. */
@Command(
    name = "sync",
    description = {
      "Resyncs devices: all of them, or those that match the options.",
      "If a run with the same filter is not finished, it is shown instead."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:run started or shown; with --wait: finished without failures",
      "1:the service refused the request or did not answer",
      "2:invalid arguments",
      "3:the run finished with failures",
      "4:the run was canceled"
    },
    footer = {
      "",
      "Examples:",
      "  doni sync --all --wait",
      "  doni sync --worker-type k8s --state ERROR",
      "  doni sync --selector 'site/rack in (r11,r12)'",
      "  doni sync --pause 3f2c8d5e-7f0b-4f0e-9f0c-1a2b3c4d5e6f"
    },
    mixinStandardHelpOptions = true)
final class SyncCommand implements Callable<Integer> {

  private static final int FAILURES = 3;
  private static final int CANCELLED = 4;
  private static final Duration POLL = Duration.ofMillis(500);

  /** Longer than a restart of the service; the run continues meanwhile. */
  private static final Duration MAX_OUTAGE = Duration.ofMinutes(2);

  @Mixin private final ServiceAccessOptions service = new ServiceAccessOptions();

  @Option(names = "--all", description = "All devices.")
  private boolean all;

  @Option(names = "--worker-type", paramLabel = "TYPE", description = "Only tasks of this worker.")
  private @Nullable String workerType;

  @Option(
      names = "--hardware-type",
      paramLabel = "TYPE",
      description = "Only devices of this type.")
  private @Nullable String hardwareType;

  @Option(names = "--project-id", paramLabel = "ID", description = "Only devices of this project.")
  private @Nullable String projectId;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only tasks in this state: PENDING, IN_PROGRESS, STEADY or ERROR.")
  private @Nullable String state;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Only the device with this name; can be repeated.")
  private final List<String> names = new ArrayList<>();

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SELECTOR",
      description =
          "Only devices whose labels match, for example 'site/rack in (r11,r12)'; the syntax is that of"
              + " Kubernetes.")
  private @Nullable String selector;

  @Option(names = "--status", paramLabel = "UUID", description = "Shows the progress of a run.")
  private @Nullable UUID status;

  @Option(names = "--pause", paramLabel = "UUID", description = "Pauses a run.")
  private @Nullable UUID pause;

  @Option(names = "--resume", paramLabel = "UUID", description = "Resumes a paused run.")
  private @Nullable UUID resume;

  @Option(names = "--cancel", paramLabel = "UUID", description = "Cancels a run.")
  private @Nullable UUID cancel;

  @Option(names = "--wait", description = "Waits for the end of the run and shows its progress.")
  private boolean wait;

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "table (default) or json (the run as returned by the service, at the end).",
      defaultValue = "table")
  private OutputFormat output = OutputFormat.table;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Map<String, Object> filter = filter();
    check(line, filter);
    try (ServiceApiClient client = service.client()) {
      ResyncRunFormatter run = new ResyncRunFormatter(answer(client, filter));
      PrintWriter progress = output == OutputFormat.json ? line.getErr() : line.getOut();
      progress.println("run " + TerminalText.line(run.uuid()));
      ResyncRunFormatter last = wait ? await(client, run, progress) : run;
      return show(last, line.getOut());
    } catch (CommandFailedException e) {
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
    put(filter, "selector", selector);
    return filter;
  }

  private static void put(Map<String, Object> filter, String name, @Nullable Object value) {
    if (value != null) {
      filter.put(name, value);
    }
  }

  /** Exactly one thing is to be done; what all is must be said, it is too much to be a slip. */
  private void check(CommandLine line, Map<String, Object> filter) {
    int actions = given(status) + given(pause) + given(resume) + given(cancel);
    actions += (all ? 1 : 0) + (filter.isEmpty() ? 0 : 1);
    if (actions != 1) {
      throw new CommandLine.ParameterException(
          line, "give one of --all, filter options, --status, --pause, --resume or --cancel");
    }
  }

  private static int given(@Nullable Object option) {
    return option == null ? 0 : 1;
  }

  private JsonNode answer(ServiceApiClient client, Map<String, Object> filter) {
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

  private int show(ResyncRunFormatter run, PrintWriter out) {
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

  private ResyncRunFormatter await(
      ServiceApiClient client, ResyncRunFormatter started, PrintWriter out) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    ResyncProgressDisplay display = new ResyncProgressDisplay(out, terminal);
    ResyncRunFormatter run = started;
    long lastAnswer = System.nanoTime();
    display.show(run);
    while (!run.over()) {
      pause();
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
    out.flush();
    return run;
  }

  private static void pause() {
    try {
      var _ = new CountDownLatch(1).await(POLL.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted; the run continues", false);
    }
  }

  private static int code(ResyncRunFormatter run) {
    if (run.state().equals("CANCELLED")) {
      return CANCELLED;
    }
    return run.over() && run.failed() > 0 ? FAILURES : CommandLine.ExitCode.OK;
  }
}
