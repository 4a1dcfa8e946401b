package doni.task;

import java.time.Duration;

/** How a running attempt is told from one whose replica has died. */
public final class AttemptLiveness {

  public static final Duration HEARTBEAT = Duration.ofSeconds(4);

  /** After so many missed heartbeats another replica takes the attempt over. */
  public static final int MISSED_HEARTBEATS = 4;

  /**
   * An attempt without a heartbeat for this long no longer runs. The view {@code worker_task_state}
   * uses the same number.
   */
  public static final Duration WINDOW = Duration.ofSeconds(20);

  private AttemptLiveness() {}
}
