package doni.command;

import java.io.PrintWriter;
import java.util.List;

/**
 * Shows a run's progress: a bar on a terminal, otherwise a line for every 10 %. Where there is no
 * progress, it says what the run waits for.
 */
final class ResyncProgressDisplay {

  private static final int STEP = 10;

  /** So many looks without progress, which take five seconds, call for a reason. */
  private static final int STANDSTILL = 10;

  private final PrintWriter out;
  private final boolean terminal;
  private String state = "";
  private String noted = "";
  private int percent = -STEP;
  private int width;
  private long done = -1;
  private int looks;
  private List<String> waiting = List.of();

  ResyncProgressDisplay(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void show(ResyncRunFormatter run) {
    noted = "";
    if (terminal) {
      draw(run.bar());
    } else if (!run.state().equals(state) || run.percent() >= percent + STEP) {
      out.println(run.line());
      out.flush();
      percent = run.percent();
    }
    state = run.state();
    looks = run.done() == done ? looks + 1 : 0;
    done = run.done();
    if (looks >= STANDSTILL && !run.over() && !run.waiting().equals(waiting)) {
      waiting = run.waiting();
      print(waiting);
    }
  }

  private void print(List<String> lines) {
    if (terminal) {
      out.print("\r" + " ".repeat(width) + "\r");
      width = 0;
    }
    lines.forEach(out::println);
    out.flush();
  }

  /** Shows once why there is no progress. */
  void note(String why) {
    if (terminal) {
      draw(why);
    } else if (!why.equals(noted)) {
      out.println(why);
      out.flush();
    }
    noted = why;
  }

  /** Ends the line of the bar. */
  void end() {
    if (terminal) {
      out.println();
      out.flush();
    }
  }

  private void draw(String text) {
    out.print("\r" + text + " ".repeat(Math.max(0, width - text.length())));
    out.flush();
    width = text.length();
  }
}
