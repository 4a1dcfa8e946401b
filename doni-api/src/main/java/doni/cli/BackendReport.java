package doni.cli;

import doni.discovery.ImportCandidate;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What became, or would become, of what backends have. */
final class BackendReport {

  private enum Outcome {
    /** Not enrolled, and it can be: of a dry run. */
    NEW,
    ENROLLED,
    /** Enrolled before, under this uuid. */
    KNOWN,
    REFUSED
  }

  /**
   * One of them.
   *
   * @param why it is refused; of one that is known, what of it differs
   */
  private record Row(Outcome outcome, ImportCandidate candidate, List<String> why) {}

  private final boolean applied;
  private final List<Row> rows = new ArrayList<>();

  BackendReport(boolean applied) {
    this.applied = applied;
  }

  void refused(ImportCandidate candidate, List<String> why) {
    rows.add(new Row(Outcome.REFUSED, candidate, why));
  }

  /** What the service says of a row. */
  void add(ImportCandidate candidate, JsonNode row) {
    String uuid = row.path("uuid").asString("");
    Outcome outcome =
        switch (row.path("outcome").asString("")) {
          case "created" -> applied ? Outcome.ENROLLED : Outcome.NEW;
          case "exists" -> Outcome.KNOWN;
          // What was changed since is its owner's business.
          case "differs" ->
              uuid.equals(String.valueOf(candidate.id())) ? Outcome.KNOWN : Outcome.REFUSED;
          default -> Outcome.REFUSED;
        };
    List<String> why = new ArrayList<>(ImportCommand.texts(row.path("violations")));
    if (outcome == Outcome.REFUSED && !uuid.isEmpty()) {
      why.addFirst("its name is that of " + uuid + ", which is enrolled");
    }
    rows.add(new Row(outcome, candidate, why));
  }

  boolean complete() {
    return count(Outcome.REFUSED) == 0;
  }

  String counts() {
    return "%d %s, %d known, %d refused"
        .formatted(
            count(applied ? Outcome.ENROLLED : Outcome.NEW),
            applied ? "enrolled" : "new",
            count(Outcome.KNOWN),
            count(Outcome.REFUSED));
  }

  private long count(Outcome outcome) {
    return rows.stream().filter(row -> row.outcome() == outcome).count();
  }

  void print(boolean json, PrintWriter out) {
    if (json) {
      out.println(ImportCommand.JSON.writeValueAsString(document()));
    } else {
      rows.forEach(row -> print(row, out));
      out.println(
          (applied ? "" : "dry run: ")
              + counts()
              + (applied || count(Outcome.NEW) == 0 ? "" : "; --apply enrolls what is new"));
    }
    out.flush();
  }

  private static void print(Row row, PrintWriter out) {
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

  /** Of one that is enrolled, its workers have written by now; of one that is not, nobody will. */
  private static List<String> notes(Row row) {
    return switch (row.outcome()) {
      case NEW, ENROLLED -> row.candidate().notes();
      case KNOWN, REFUSED -> List.of();
    };
  }

  private Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("applied", applied);
    for (Outcome outcome : Outcome.values()) {
      document.put(text(outcome), count(outcome));
    }
    document.put("rows", rows.stream().map(BackendReport::document).toList());
    return document;
  }

  private static Map<String, @Nullable Object> document(Row row) {
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

  private static String text(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
