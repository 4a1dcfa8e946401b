package doni.migration;

/**
 * Something about a device that a person should know.
 *
 * @param device its uuid and name, as far as it has them
 * @param text without values of its properties
 */
public record MigrationFinding(Kind kind, String device, String text) {

  /** What it means for the device. */
  public enum Kind {
    /** The device, or a part of it, was not taken. */
    NOT_TAKEN,
    /** The device is here already and not the same; it was left as it is. */
    DIFFERS,
    /** Migrated as it is; an operator must fix it. */
    TO_MEND,
    /** Taken, and worth knowing. */
    NOTE
  }
}
