package doni.bulkimport;

import java.util.ArrayList;
import java.util.List;

/**
 * Limits the size of a report. A single mistake in a template can occur in every row, and one row
 * can have thousands of mistakes.
 */
final class ReportBudget {

  private static final int MAX_VIOLATIONS = 10;
  private static final int MAX_LENGTH = 300;

  /** Characters for all rows; after that, each row reports its first violation only. */
  private int left = 1_000_000;

  /** Returns the row with at most ten violations, and with one when the budget is used up. */
  ImportReport.Row limit(ImportReport.Row row) {
    int limit = left > 0 ? MAX_VIOLATIONS : 1;
    List<String> kept =
        new ArrayList<>(
            row.violations().stream().limit(limit).map(ReportBudget::shortened).toList());
    kept.forEach(violation -> left -= violation.length());
    int omitted = row.violations().size() - kept.size();
    if (omitted > 0) {
      kept.add("and %d more".formatted(omitted));
    }
    return new ImportReport.Row(row.line(), row.name(), row.outcome(), row.id(), kept);
  }

  private static String shortened(String violation) {
    return violation.length() <= MAX_LENGTH
        ? violation
        : violation.substring(0, MAX_LENGTH) + "...";
  }
}
