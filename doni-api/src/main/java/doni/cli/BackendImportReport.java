package doni.cli;

import doni.cli.BackendHardwareImport.ImportLine;
import doni.client.JsonValue;
import doni.client.TerminalText;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The result of an import from backends. */
final class BackendImportReport {

  private enum ImportOutcome {
    /** Can be enrolled (dry run). */
    NEW,
    ENROLLED,
    /** Already enrolled with this UUID. */
    KNOWN,
    REFUSED
  }

  /**
   * One hardware with its outcome.
   *
   * @param why reasons of a refusal, or differences of known hardware
   */
  private record ReportRow(ImportOutcome outcome, ImportCandidate candidate, List<String> why) {}

  private final boolean applied;
  private final List<ReportRow> rows = new ArrayList<>();

  BackendImportReport(boolean applied) {
    this.applied = applied;
  }

  void refused(ImportCandidate candidate, List<String> why) {
    rows.add(new ReportRow(ImportOutcome.REFUSED, candidate, why));
  }

  /** Returns whether the service answered that the hardware is enrolled under its UUID. */
  static boolean isKnown(ImportLine line, JsonValue row) {
    return switch (row.path("outcome").text()) {
      case "exists" -> true;
      // The owner may have changed it since.
      case "differs" -> row.path("uuid").text().equals(String.valueOf(line.candidate().id()));
      default -> false;
    };
  }

  /** Adds the service's answer for a row. */
  void add(ImportLine line, JsonValue row) {
    List<String> why = new ArrayList<>(row.path("violations").texts());
    if (isKnown(line, row)) {
      why.removeIf(difference -> !line.told().contains(difference.replaceFirst(": .*", "")));
      rows.add(new ReportRow(ImportOutcome.KNOWN, line.candidate(), why));
    } else if (row.path("outcome").text().equals("created")) {
      ImportOutcome outcome = applied ? ImportOutcome.ENROLLED : ImportOutcome.NEW;
      rows.add(new ReportRow(outcome, line.candidate(), why));
    } else {
      String uuid = row.path("uuid").text();
      if (!uuid.isEmpty()) {
        why.addFirst("name: already used by " + uuid);
      }
      rows.add(new ReportRow(ImportOutcome.REFUSED, line.candidate(), why));
    }
  }

  boolean isEmpty() {
    return rows.isEmpty();
  }

  boolean complete() {
    return count(ImportOutcome.REFUSED) == 0;
  }

  String counts() {
    return "%d %s, %d known, %d refused"
        .formatted(
            count(applied ? ImportOutcome.ENROLLED : ImportOutcome.NEW),
            applied ? "enrolled" : "new",
            count(ImportOutcome.KNOWN),
            count(ImportOutcome.REFUSED));
  }

  private long count(ImportOutcome outcome) {
    return rows.stream().filter(row -> row.outcome() == outcome).count();
  }

  void print(boolean json, PrintWriter out) {
    if (json) {
      out.println(BackendImportCommand.JSON.writeValueAsString(document()));
    } else {
      rows.forEach(row -> print(row, out));
      out.println(
          (applied ? "" : "dry run: ")
              + counts()
              + (applied || count(ImportOutcome.NEW) == 0 ? "" : "; use --apply to enroll"));
    }
    out.flush();
  }

  private static void print(ReportRow row, PrintWriter out) {
    ImportCandidate candidate = row.candidate();
    out.println(
        TerminalText.line(
            "%-8s %-20s %-14s %s"
                .formatted(
                    row.outcome(),
                    candidate.name().isEmpty() ? "-" : candidate.name(),
                    candidate.hardwareType().isEmpty() ? "-" : candidate.hardwareType(),
                    String.join(", ", candidate.origins()))));
    row.why().forEach(why -> out.println(TerminalText.line("         " + why)));
    notes(row).forEach(note -> out.println(TerminalText.line("         note: " + note)));
  }

  /** Returns what workers will write, which applies only to new hardware. */
  private static List<String> notes(ReportRow row) {
    return switch (row.outcome()) {
      case NEW, ENROLLED -> row.candidate().notes();
      case KNOWN, REFUSED -> List.of();
    };
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("applied", applied);
    for (ImportOutcome outcome : ImportOutcome.values()) {
      document.put(text(outcome), count(outcome));
    }
    document.put("rows", rows.stream().map(BackendImportReport::document).toList());
    return document;
  }

  private static Map<String, @Nullable Object> document(ReportRow row) {
    ImportCandidate candidate = row.candidate();
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("outcome", text(row.outcome()));
    document.put("uuid", candidate.id() == null ? null : candidate.id().toString());
    document.put("name", candidate.name());
    document.put("hardware_type", candidate.hardwareType());
    document.put("found_in", candidate.origins());
    document.put("why", row.why());
    document.put("notes", notes(row));
    return document;
  }

  private static String text(ImportOutcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
