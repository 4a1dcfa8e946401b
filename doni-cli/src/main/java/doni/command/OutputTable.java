package doni.command;

import doni.client.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A table with a header. Words that say how a device does are colored on a terminal. */
final class OutputTable {

  private static final Set<String> GOOD = Set.of("STEADY", "online", "OK", "DONE");
  private static final Set<String> BAD = Set.of("ERROR", "offline", "FAIL", "CANCELLED");
  private static final Set<String> CHANGING =
      Set.of("PENDING", "IN_PROGRESS", "QUARANTINE", "DELETING", "degraded", "RUNNING", "PAUSED");

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  OutputTable(String... header) {
    this.header = List.of(header);
  }

  void add(String... cells) {
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(TerminalText.line(cell));
    }
    rows.add(row);
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  List<String> header() {
    return header;
  }

  List<List<String>> rows() {
    return rows;
  }

  /** Removes a column in which no row has a value, which an earlier version of a service omits. */
  OutputTable withoutEmptyColumns() {
    List<String> kept = new ArrayList<>();
    List<List<String>> keptRows = new ArrayList<>();
    rows.forEach(row -> keptRows.add(new ArrayList<>()));
    for (int column = 0; column < header.size(); column++) {
      int at = column;
      if (rows.isEmpty() || rows.stream().anyMatch(row -> !row.get(at).isEmpty())) {
        kept.add(header.get(column));
        for (int row = 0; row < rows.size(); row++) {
          keptRows.get(row).add(rows.get(row).get(column));
        }
      }
    }
    OutputTable table = new OutputTable(kept.toArray(String[]::new));
    table.rows.addAll(keptRows);
    return table;
  }

  void print(PrintWriter out, boolean colored) {
    int[] widths = new int[header.size()];
    measure(widths, header);
    rows.forEach(row -> measure(widths, row));
    out.println(line(header, widths, false));
    for (List<String> row : rows) {
      out.println(line(row, widths, colored));
    }
  }

  private static void measure(int[] widths, List<String> cells) {
    Arrays.setAll(widths, column -> Math.max(widths[column], length(cells.get(column))));
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private static String line(List<String> cells, int[] widths, boolean colored) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column).isEmpty() ? "-" : cells.get(column);
      line.append(colored ? colored(cell) : cell);
      if (column < cells.size() - 1) {
        line.append(" ".repeat(Math.max(0, widths[column] - length(cell)) + 3));
      }
    }
    return line.toString();
  }

  /** Returns a word in its color; any other text is returned as it is. */
  static String colored(String word) {
    if (GOOD.contains(word)) {
      return "\u001b[32m" + word + "\u001b[0m";
    }
    if (BAD.contains(word)) {
      return "\u001b[31m" + word + "\u001b[0m";
    }
    return CHANGING.contains(word) ? "\u001b[33m" + word + "\u001b[0m" : word;
  }
}
