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
 * @param requestedBy the id of the user who asked for it
 * @param total the tasks that it was begun with
 * @param done those that were attempted since, however that went, or whose device is gone
 * @param failed of those done, the ones whose latest attempt failed; one that succeeds later leaves
 *     them
 * @param deferred of those done, the ones that wait for something outside
 * @param failures the most frequent reasons of those that failed, the most frequent one first
 * @param ratePerSecond attempts a second within the last minute; null unless it runs
 * @param estimatedEnd if it goes on at that rate; null unless it runs and something was done lately
 */
public record ResyncRun(
    UUID uuid,
    State state,
    Map<String, Object> filter,
    String requestedBy,
    Instant createdAt,
    @Nullable Instant endedAt,
    long total,
    long done,
    long failed,
    long deferred,
    List<Failure> failures,
    @Nullable Double ratePerSecond,
    @Nullable Instant estimatedEnd) {

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

  /** How many tasks failed for one reason. */
  public record Failure(String reason, long count) {}

  ResyncRun with(List<Failure> reasons) {
    return new ResyncRun(
        uuid,
        state,
        filter,
        requestedBy,
        createdAt,
        endedAt,
        total,
        done,
        failed,
        deferred,
        List.copyOf(reasons),
        ratePerSecond,
        estimatedEnd);
  }
}
