package doni.task;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device in one worker's lane, as an attempt finds it: one consistent reading.
 *
 * @param generation the device's, which the attempt is going to work on
 * @param served the generation that the last finished attempt worked on
 * @param synced the generation that the last success worked on
 * @param last how the last finished attempt ended; null before the first
 * @param reason why it was deferred or failed
 * @param waitingSince since when the backend is known not to agree
 * @param attempts finished without success since the last success, deferrals included
 * @param namesake a deleted device of the same name with which this worker has not finished; null
 *     where there is none, and for a device that is itself deleted
 * @param swept whether what a forced deletion of a device of the same name or uuid has left over is
 *     being removed by this worker at this moment
 * @param row what {@link WorkerTaskStore#open} makes the device of
 */
public record WorkerTask(
    Generation generation,
    boolean deleted,
    Generation served,
    Generation synced,
    @Nullable LastOutcome last,
    @Nullable String reason,
    @Nullable Instant waitingSince,
    int attempts,
    int deferCount,
    @Nullable Instant lastAttemptAt,
    long version,
    @Nullable HardwareId namesake,
    boolean swept,
    EncryptedTask row) {

  /** How a finished attempt ended. */
  public enum LastOutcome {
    SYNCED,
    DEFERRED,
    FAILED
  }

  /** The device and the task's details as stored, still sealed. */
  public record EncryptedTask(
      String name,
      String projectId,
      String hardwareType,
      String properties,
      @Nullable String windows,
      String details,
      @Nullable String followed) {

    /** Without the values. */
    @Override
    public String toString() {
      return "Row[" + name + "]";
    }
  }

  /** Whether somebody asked for this generation and no attempt has succeeded since. */
  public boolean requested() {
    return synced.compareTo(generation) < 0;
  }

  /** Whether no attempt has worked on this generation yet. */
  public boolean fresh() {
    return served.compareTo(generation) < 0;
  }

  public boolean steady() {
    return last == LastOutcome.SYNCED && !fresh();
  }

  /** Whether a difference that is found now is one that nobody asked for. */
  public boolean findsDrift() {
    return steady() && !requested();
  }
}
