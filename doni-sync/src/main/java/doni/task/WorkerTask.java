package doni.task;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device in one lane, as an attempt reads it: one consistent snapshot.
 *
 * @param generation the generation of the device that the attempt works on
 * @param served the generation that the last finished attempt worked on
 * @param synced the generation that the last success worked on
 * @param lastOutcome how the last finished attempt ended; null before the first
 * @param reason why it was deferred or failed
 * @param waitingSince since when the task is known not to be steady
 * @param attempts finished without success since the last success, deferrals included
 * @param namesake a deleted device of the same name with which this worker has not finished; null
 *     where there is none, and for a device that is itself deleted
 * @param cleanupRunning whether this worker is cleaning up after a force-deleted device of the same
 *     name or uuid
 * @param encrypted what {@link WorkerTaskStore#open} decrypts
 */
public record WorkerTask(
    Generation generation,
    boolean deleted,
    Generation served,
    Generation synced,
    @Nullable LastOutcome lastOutcome,
    @Nullable String reason,
    @Nullable Instant waitingSince,
    int attempts,
    int deferCount,
    @Nullable Instant lastAttemptAt,
    long version,
    @Nullable HardwareId namesake,
    boolean cleanupRunning,
    EncryptedTask encrypted) {

  /** How a finished attempt ended. */
  public enum LastOutcome {
    SYNCED,
    DEFERRED,
    FAILED
  }

  /** The device and the recorded details as stored, still encrypted. */
  public record EncryptedTask(
      String name,
      String projectId,
      String hardwareType,
      String properties,
      @Nullable String windows,
      String details,
      @Nullable String followed) {

    /** Leaves out the values. */
    @Override
    public String toString() {
      return "EncryptedTask[" + name + "]";
    }
  }

  /** Returns whether no attempt has succeeded since this generation was requested. */
  public boolean requested() {
    return synced.compareTo(generation) < 0;
  }

  /** Returns whether no attempt has worked on this generation yet. */
  public boolean fresh() {
    return served.compareTo(generation) < 0;
  }

  public boolean steady() {
    return lastOutcome == LastOutcome.SYNCED && !fresh();
  }

  /** Returns whether a difference found now is drift, not a requested change. */
  public boolean findsDrift() {
    return steady() && !requested();
  }
}
