package doni.leftover;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What force-deleted hardware may have left behind in the backend of a worker.
 *
 * @param id ascending in the order of creation
 */
public record Leftover(
    long id, String workerType, DeletedHardware hardware, CleanupProgress progress) {

  /**
   * The hardware as it was when it was deleted.
   *
   * @param name other hardware may have it by now
   * @param generation its last one
   * @param deletedBy the user who deleted it
   */
  public record DeletedHardware(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Generation generation,
      Instant deletedAt,
      String deletedBy) {}

  /**
   * The attempts to remove it.
   *
   * @param reason why it still exists; null before the first attempt
   */
  public record CleanupProgress(
      int attempts,
      @Nullable String reason,
      @Nullable Instant lastAttemptAt,
      Instant nextAttemptAt) {}

  /** Returns the same leftover with another reason why it still exists. */
  Leftover because(String reason) {
    return new Leftover(
        id,
        workerType,
        hardware,
        new CleanupProgress(
            progress.attempts(), reason, progress.lastAttemptAt(), progress.nextAttemptAt()));
  }
}
