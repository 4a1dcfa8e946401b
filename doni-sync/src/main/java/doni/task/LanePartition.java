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

  /**
   * Returns the worker's type as a literal of SQL.
   *
   * @throws IllegalArgumentException if it is not the type of a worker
   */
  public static String literal(String workerType) {
    // A type that names a partition has no character that would have to be quoted.
    var _ = of(workerType);
    return "'" + workerType + "'";
  }
}
