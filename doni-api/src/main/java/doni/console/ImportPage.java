package doni.console;

import doni.bulkimport.ImportReport;
import doni.bulkimport.ImportReport.Outcome;
import doni.bulkimport.ImportService.Mode;
import doni.enrollment.HardwareId;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The report of an import as a page shows it: what needs the user comes first.
 *
 * @param mode of the import
 * @param dryRun whether this was the check
 * @param stored whether the new devices were stored
 * @param rows as many as a page shows
 * @param omitted how many rows are not shown
 */
record ImportPage(
    Mode mode,
    boolean dryRun,
    boolean stored,
    Map<Outcome, Long> counts,
    List<ShownRow> rows,
    long omitted) {

  private static final int MAX_ROWS = 500;

  private static final List<Outcome> ORDER =
      List.of(Outcome.INVALID, Outcome.DIFFERS, Outcome.CREATED, Outcome.EXISTS);

  /**
   * One row of the file.
   *
   * @param id of the device that exists; null for one that does not
   */
  record ShownRow(
      int line,
      @Nullable String name,
      Outcome outcome,
      @Nullable HardwareId id,
      List<String> why) {}

  static ImportPage of(ImportReport report, Mode mode, boolean dryRun) {
    Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
    report.rows().forEach(row -> counts.merge(row.outcome(), 1L, Long::sum));
    List<ShownRow> rows =
        report.rows().stream()
            .sorted(Comparator.comparingInt(row -> ORDER.indexOf(row.outcome())))
            .limit(MAX_ROWS)
            .map(row -> row(report, row))
            .toList();
    return new ImportPage(
        mode, dryRun, report.stored(), counts, rows, report.rows().size() - (long) rows.size());
  }

  private static ShownRow row(ImportReport report, ImportReport.Row row) {
    boolean exists = report.stored() || row.outcome() != Outcome.CREATED;
    return new ShownRow(
        row.line(), row.name(), row.outcome(), exists ? row.id() : null, row.violations());
  }

  /** Returns whether there is anything to import. */
  public boolean isImportable() {
    boolean refused = count(Outcome.INVALID) + count(Outcome.DIFFERS) > 0;
    return dryRun && count(Outcome.CREATED) > 0 && !(mode == Mode.ALL && refused);
  }

  /** Returns how many rows of the file have an outcome. */
  public long count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }
}
