package doni.task;

import doni.backend.BackendException;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.worker.Outcome.BlockedBy;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One device in one lane, as an attempt reads it: one consistent snapshot.
 *
 * @param generation the generation of the device that the attempt works on
 * @param quarantined whether the device was quarantined then
 * @param lastAttempt how the last finished attempt ended; null before the first
 * @param version changes with every finished attempt
 * @param encrypted what {@link WorkerTaskReader#decrypt} decrypts
 */
public record WorkerTask(
    Generation generation,
    boolean deleted,
    boolean quarantined,
    TaskStanding standing,
    @Nullable LastAttempt lastAttempt,
    RetryCount retries,
    NamesakeCleanup cleanup,
    long version,
    EncryptedTask encrypted) {

  /** Returns the task as it is after a change of its device that no attempt has worked on. */
  public WorkerTask requested() {
    return new WorkerTask(
        generation,
        deleted,
        quarantined,
        new TaskStanding(TaskState.PENDING, true, true),
        lastAttempt,
        retries,
        cleanup,
        version,
        encrypted);
  }

  /**
   * What the view {@code worker_task_at_rest} derives: the same rule that clients see a state by.
   *
   * @param state the task's state while no attempt runs
   * @param unattempted whether no attempt has worked on this generation yet
   * @param unsynced whether no attempt has succeeded with this generation yet
   */
  public record TaskStanding(TaskState state, boolean unattempted, boolean unsynced) {

    /** Returns whether a difference found now is drift, not a requested change. */
    public boolean findsDrift() {
      return state == TaskState.STEADY && !unsynced;
    }
  }

  /**
   * The right to work on a task: its queue row as it was picked. Every write that ends an attempt
   * requires the row to be unchanged; a replica that lost its claim because it stalled writes
   * nothing.
   *
   * @param holder the replica that picked the row
   * @param version the row's version since then
   */
  public record TaskClaim(HardwareId hardware, String workerType, String holder, long version) {}

  /** How a finished attempt ended. */
  public enum LastOutcome {
    SYNCED,
    DEFERRED,
    FAILED
  }

  /**
   * The end of a finished attempt.
   *
   * @param reason why it was deferred or failed, for the device's owner to read
   * @param blockedBy where the cause of that lies; null after a success, and where it is not known
   */
  public record LastAttempt(
      LastOutcome outcome, @Nullable String reason, Instant at, @Nullable BlockedBy blockedBy) {

    /** Creates an attempt whose task is steady, or waits for the device. */
    public LastAttempt(LastOutcome outcome, @Nullable String reason, Instant at) {
      this(outcome, reason, at, null);
    }

    /** Returns whether it ended like another attempt, whichever call failed. */
    public boolean isSameEnd(LastOutcome other, String otherReason) {
      return outcome == other
          && reason != null
          && BackendException.withoutCall(reason).equals(BackendException.withoutCall(otherReason));
    }

    /**
     * Returns whether it was refused with this reason. What follows the status may differ with
     * every call, for example by the id of the request.
     */
    public boolean isSameRefusal(String refusal) {
      return outcome == LastOutcome.DEFERRED
          && reason != null
          && withoutText(reason).equals(withoutText(refusal));
    }

    private static String withoutText(String reason) {
      int colon = reason.indexOf(':');
      return colon < 0 ? reason : reason.substring(0, colon);
    }
  }

  /**
   * How often a task was tried in vain since its last success or, if that is later, since its
   * generation was raised.
   *
   * @param attempts deferrals included
   * @param waitingSince since when the task is known not to be steady
   */
  public record RetryCount(int attempts, int deferCount, @Nullable Instant waitingSince) {
    public static final RetryCount NONE = new RetryCount(0, 0, null);
  }

  /**
   * Deleted devices of the same name or UUID that are still being cleaned up.
   *
   * @param waiting a deleted device of the same name with which this worker has not finished; null
   *     where there is none, and for a device that is itself deleted
   * @param running whether this worker is cleaning up after a force-deleted device of the same name
   *     or UUID
   */
  public record NamesakeCleanup(@Nullable HardwareId waiting, boolean running) {}

  /** The device and the recorded details as stored, still encrypted. */
  public record EncryptedTask(
      String name,
      String projectId,
      String hardwareType,
      String properties,
      @Nullable String windows,
      String details,
      @Nullable String dependencies) {

    /** Leaves out the values. */
    @Override
    public String toString() {
      return "EncryptedTask[" + name + "]";
    }
  }
}
