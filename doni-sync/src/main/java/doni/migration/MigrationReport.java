package doni.migration;

import java.util.List;

/**
 * What a migration did.
 *
 * @param original what the original holds
 * @param read what was read of it; the same, or the migration fails
 * @param taken what was stored, and read back and found equal before it was committed
 * @param there devices that were taken before and are the same still
 * @param goneHere devices that were taken before and were deleted here since
 * @param cleanedUp devices that were deleted in the original, which has cleaned up after them
 * @param enrollmentsRead checksum over what the original holds of the devices that are now here and
 *     equal
 * @param enrollmentsStored the same of what is stored
 * @param tasksRead checksum over the tasks of the devices that were taken
 * @param tasksStored the same of what is stored
 */
public record MigrationReport(
    boolean dryRun,
    OriginalInventory.Counts original,
    OriginalInventory.Counts read,
    OriginalInventory.Counts taken,
    long there,
    long goneHere,
    long cleanedUp,
    String enrollmentsRead,
    String enrollmentsStored,
    String tasksRead,
    String tasksStored,
    List<MigrationFinding> findings) {

  public MigrationReport {
    findings = List.copyOf(findings);
  }

  /** Whether all that the original holds is here, as it is there. */
  public boolean complete() {
    return findings.stream()
        .noneMatch(finding ->
            finding.kind() == MigrationFinding.FindingKind.NOT_TAKEN
                || finding.kind() == MigrationFinding.FindingKind.DIFFERS);
  }

  /**
   * Something about a device that a person should know.
   *
   * @param device its uuid and name, as far as it has them
   * @param text without values of its properties
   */
  public record MigrationFinding(FindingKind kind, String device, String text) {

    /** What it means for the device. */
    public enum FindingKind {
      /** The device, or a part of it, was not taken. */
      NOT_TAKEN,
      /** The device is here already and not the same; it was left as it is. */
      DIFFERS,
      /** Migrated as it is; an operator must fix it. */
      TO_FIX,
      /** Taken, and worth knowing. */
      NOTE
    }
  }
}
