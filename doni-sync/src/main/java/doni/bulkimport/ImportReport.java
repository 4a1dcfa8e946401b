package doni.bulkimport;

import doni.enrollment.HardwareId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an import, row by row.
 *
 * @param stored whether {@link Outcome#CREATED} rows were stored: false after a dry run, and after
 *     an all-or-nothing import with a refused row
 */
public record ImportReport(boolean stored, List<Row> rows) {

  /** The outcome of a row. */
  public enum Outcome {
    /** It is new hardware. */
    CREATED,
    /** It exists already and equals the row, secrets aside. */
    EXISTS,
    /** Hardware with that name or uuid exists and differs from the row; it was not changed. */
    DIFFERS,
    /** It is not allowed. */
    INVALID
  }

  /**
   * One row.
   *
   * @param id of the hardware, if the caller may know it; the id of a dry run is not used later
   * @param violations violations or differences and secrets that were not compared, each with its
   *     path, without values
   */
  public record Row(
      int line,
      @Nullable String name,
      Outcome outcome,
      @Nullable HardwareId id,
      List<String> violations) {

    public Row {
      violations = List.copyOf(violations);
    }

    boolean refused() {
      return outcome == Outcome.DIFFERS || outcome == Outcome.INVALID;
    }
  }

  public ImportReport {
    rows = List.copyOf(rows);
  }
}
