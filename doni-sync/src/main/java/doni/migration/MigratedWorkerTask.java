package doni.migration;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task as it is stored here.
 *
 * @param details what the worker reads back; secrets are {@link doni.enrollment.Secret}s
 * @param queued whether its lane is to work on it; the lane of a worker that is not enabled is not
 * @param lastAttemptAt when the original last did something about it
 */
record MigratedWorkerTask(
    String workerType,
    Map<String, Object> details,
    Ending ending,
    @Nullable String reason,
    int deferCount,
    @Nullable Instant lastAttemptAt,
    boolean queued) {

  /** How the original's last attempt ended. */
  enum Ending {
    NONE(0, 0, null),
    SYNCED(1, 1, "SYNCED"),
    DEFERRED(1, 0, "DEFERRED"),
    FAILED(1, 0, "FAILED");

    /** The device's first generation is the one that the original worked on. */
    final int served;

    final int synced;
    final @Nullable String outcome;

    Ending(int served, int synced, @Nullable String outcome) {
      this.served = served;
      this.synced = synced;
      this.outcome = outcome;
    }
  }

  MigratedWorkerTask {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /** Deferrals count as attempts; of failures the original keeps no count. */
  int attempts() {
    return ending == Ending.FAILED ? deferCount + 1 : deferCount;
  }

  /** Since when it is known that the backend does not agree: no earlier time is on record. */
  @Nullable Instant waitingSince() {
    return ending == Ending.DEFERRED || ending == Ending.FAILED ? lastAttemptAt : null;
  }

  @Nullable Instant lastSuccessAt() {
    return ending == Ending.SYNCED ? lastAttemptAt : null;
  }
}
