package doni.command;

import doni.client.JsonValue;
import doni.client.TerminalText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats a run for the terminal. */
record ResyncRunFormatter(JsonValue run) {

  private static final int BAR = 30;

  String uuid() {
    return run.path("uuid").text();
  }

  String state() {
    return run.path("state").text();
  }

  boolean over() {
    return state().equals("DONE") || state().equals("CANCELLED");
  }

  long done() {
    return run.path("done").number();
  }

  long failed() {
    return run.path("failed").number();
  }

  /** Returns 0 to 100; 100 only when every task is done. */
  int percent() {
    long total = run.path("total").number();
    return total == 0 ? 100 : (int) (100 * done() / total);
  }

  /** Returns the progress on one line. */
  String line() {
    StringBuilder line =
        new StringBuilder(
            "%s %d of %d (%d %%)"
                .formatted(
                    TerminalText.line(state()), done(), run.path("total").number(), percent()));
    append(line, failed(), "failed");
    append(line, run.path("deferred").number(), "deferred");
    if (run.path("rate_per_second").isNumber()) {
      line.append(
          String.format(Locale.ROOT, ", %.1f per second", run.path("rate_per_second").decimal()));
    }
    String end = run.path("estimated_end").text();
    if (!end.isEmpty()) {
      line.append(", estimated end ").append(TerminalText.line(end));
    }
    return line.toString();
  }

  /** Returns the progress with a bar in front. */
  String bar() {
    int filled = BAR * percent() / 100;
    return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + line();
  }

  /** Returns the failures, one reason of a lane per line, with its first devices. */
  List<String> failures() {
    return reasons("failures", "failed");
  }

  /**
   * Returns the reasons of deferred tasks, and of those that were not attempted, as {@link
   * #failures}.
   */
  List<String> waiting() {
    return reasons("waiting", "waiting");
  }

  private List<String> reasons(String member, String what) {
    List<String> lines = new ArrayList<>();
    for (JsonValue reason : run.path(member).elements()) {
      long count = reason.path("count").number();
      lines.add(
          TerminalText.line(
              "  %d %s%s: %s"
                  .formatted(count, what, where(reason, count), reason.path("reason").text())));
    }
    return lines;
  }

  /** An earlier version of the service names neither lane nor devices. */
  private static String where(JsonValue reason, long count) {
    String lane = reason.path("worker_type").text();
    List<String> devices = reason.path("devices").texts();
    if (lane.isEmpty() || devices.isEmpty()) {
      return "";
    }
    return " in lane %s (%s%s)"
        .formatted(lane, String.join(", ", devices), count > devices.size() ? ", ..." : "");
  }

  private static void append(StringBuilder line, long count, String what) {
    if (count > 0) {
      line.append(", ").append(count).append(' ').append(what);
    }
  }
}
