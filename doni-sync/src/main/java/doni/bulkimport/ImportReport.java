package doni.bulkimport;

import doni.enrollment.HardwareId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of an import, row by row.
 *
 * @param stored whether what is {@link Outcome#CREATED} is there now: not after a dry run, and not
 *     where all or nothing was asked for and a row could not be taken
 */
public record ImportReport(boolean stored, List<Row> rows) {

  /** What became of a row. */
  public enum Outcome {
    /** It is a new device. */
    CREATED,
    /** It is there already, as the row says. */
    EXISTS,
    /** A device of that name or uuid is there, and not as the row says; it was left alone. */
    DIFFERS,
    /** It is not what is allowed. */
    INVALID
  }

  /**
   * One row.
   *
   * @param id of the device, as far as the caller may know one; that of a dry run is not used again
   * @param violations what is wrong or different, each with its path, without values
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
