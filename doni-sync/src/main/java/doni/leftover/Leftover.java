package doni.leftover;

import doni.enrollment.HardwareId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a device that was deleted by force may have left over in the backend of a worker.
 *
 * @param id in the order in which they came to be
 * @param name the device's, which another one may have by now
 * @param generation the device's last one
 * @param deletedBy the user who deleted it
 * @param attempts to remove it, so far
 * @param reason why it is still there; null before the first attempt
 */
public record Leftover(
    long id,
    HardwareId hardware,
    String workerType,
    String name,
    String projectId,
    String hardwareType,
    long generation,
    Instant deletedAt,
    String deletedBy,
    int attempts,
    @Nullable String reason,
    @Nullable Instant lastAttemptAt,
    Instant nextAttemptAt) {

  /** The same, with another reason why it is still there. */
  public Leftover because(String why) {
    return new Leftover(
        id,
        hardware,
        workerType,
        name,
        projectId,
        hardwareType,
        generation,
        deletedAt,
        deletedBy,
        attempts,
        why,
        lastAttemptAt,
        nextAttemptAt);
  }
}
