package doni.task;

import java.util.Locale;

/** The partition of {@code scheduled_tasks} that holds one worker's queue. */
public record LanePartition(String name) {

  public LanePartition {
    // The name becomes part of SQL texts.
    if (!name.matches("sync_[a-z0-9_]{1,50}")) {
      throw new IllegalArgumentException("not the name of a lane partition: " + name);
    }
  }

  public static LanePartition of(String workerType) {
    return new LanePartition(
        "sync_" + workerType.toLowerCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
  }
}
