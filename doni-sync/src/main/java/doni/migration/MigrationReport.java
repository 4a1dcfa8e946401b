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
            finding.kind() == MigrationFinding.Kind.NOT_TAKEN
                || finding.kind() == MigrationFinding.Kind.DIFFERS);
  }
}
