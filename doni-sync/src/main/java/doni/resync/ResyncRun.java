package doni.resync;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A resync run at the moment of reading.
 *
 * @param filter as {@link ResyncFilter#members} writes it
 * @param requestedBy the id of the user who requested it
 */
public record ResyncRun(
    UUID uuid,
    State state,
    Map<String, Object> filter,
    String requestedBy,
    Instant createdAt,
    @Nullable Instant endedAt,
    RunProgress progress) {

  /** The state of a run. */
  public enum State {
    RUNNING,
    /** Its tasks wait for their own next attempt until the run is resumed. */
    PAUSED,
    CANCELLED,
    DONE;

    /** Returns whether the run can no longer change. */
    public boolean over() {
      return this == CANCELLED || this == DONE;
    }
  }

  /**
   * How far a run is.
   *
   * @param total the tasks that it started with
   * @param done tasks that were attempted since, with any outcome, or whose hardware is gone
   * @param failed done tasks whose latest attempt failed; a later success removes a task from them
   * @param deferred done tasks whose latest attempt was deferred
   * @param failures the most frequent reasons of failed tasks, most frequent first
   * @param waiting the most frequent reasons of tasks that were deferred, or that were not
   *     attempted because their lane is paused or they are the last of the run, most frequent first
   * @param ratePerSecond attempts per second within the last minute; null unless the run is running
   * @param estimatedEnd at that rate; null unless the run is running and a task was done lately
   */
  public record RunProgress(
      long total,
      long done,
      long failed,
      long deferred,
      List<ReasonCount> failures,
      List<ReasonCount> waiting,
      @Nullable Double ratePerSecond,
      @Nullable Instant estimatedEnd) {

    public RunProgress {
      failures = List.copyOf(failures);
      waiting = List.copyOf(waiting);
    }
  }

  /**
   * How many tasks of one worker failed or wait for one reason.
   *
   * @param names the first three devices, by name
   */
  public record ReasonCount(String reason, long count, String workerType, List<String> names) {

    public ReasonCount {
      names = List.copyOf(names);
    }
  }

  ResyncRun with(List<ReasonCount> failures, List<ReasonCount> waiting) {
    return new ResyncRun(
        uuid,
        state,
        filter,
        requestedBy,
        createdAt,
        endedAt,
        new RunProgress(
            progress.total(),
            progress.done(),
            progress.failed(),
            progress.deferred(),
            failures,
            waiting,
            progress.ratePerSecond(),
            progress.estimatedEnd()));
  }
}
