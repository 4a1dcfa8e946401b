package doni.hardware;

import doni.task.TaskState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which devices a list shows, and in which order; devices with equal sort values follow each other
 * by uuid.
 *
 * @param allProjects whether devices of all projects are wanted
 * @param state with {@code workerType}: that worker's task is in this state; without: some task is
 * @param quarantined only devices that are frozen, or only those that are not
 * @param limit at most this many; 0 for all
 * @param marker the last device of the page before
 */
public record HardwareQuery(
    boolean allProjects,
    @Nullable String name,
    @Nullable String hardwareType,
    @Nullable String workerType,
    @Nullable TaskState state,
    @Nullable Boolean quarantined,
    SortKey sortKey,
    boolean descending,
    int limit,
    @Nullable UUID marker) {

  /**
   * The same query for one device more than the page holds, which tells whether there is a next
   * page.
   */
  public HardwareQuery withOneMore() {
    return limit == 0 || limit == Integer.MAX_VALUE
        ? this
        : new HardwareQuery(
            allProjects,
            name,
            hardwareType,
            workerType,
            state,
            quarantined,
            sortKey,
            descending,
            limit + 1,
            marker);
  }

  /** What a list can be sorted by. */
  public enum SortKey {
    CREATED_AT("created_at"),
    /** Devices that were never changed come first. */
    UPDATED_AT("coalesce(updated_at, '-infinity')"),
    NAME("name"),
    UUID("uuid"),
    PROJECT_ID("project_id"),
    HARDWARE_TYPE("hardware_type");

    private final String sql;

    SortKey(String sql) {
      this.sql = sql;
    }

    String sql() {
      return sql;
    }
  }
}
