package doni.command;

import java.io.PrintWriter;

/** Shows a run's progress: a bar on a terminal, otherwise a line for every 10 %. */
final class ResyncProgressDisplay {

  private static final int STEP = 10;

  private final PrintWriter out;
  private final boolean terminal;
  private String state = "";
  private String noted = "";
  private int percent = -STEP;
  private int width;

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
