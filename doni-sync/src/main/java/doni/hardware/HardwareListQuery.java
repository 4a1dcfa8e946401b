package doni.hardware;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.task.TaskState;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A filter, an order and a page of a hardware list. Equal sort values are ordered by uuid.
 *
 * @param allProjects whether to list the hardware of all projects
 * @param state with {@code workerType}: that worker's task is in this state; without: some task is
 * @param availability only hardware of which this is published; null for all
 * @param deleted only deleted hardware that is still being cleaned up, instead of live hardware
 * @param filter further conditions
 * @param quarantined only quarantined hardware, or only hardware that is not; null for both
 * @param limit maximum number of results; 0 for all
 * @param marker the last hardware of the previous page
 */
public record HardwareListQuery(
    boolean allProjects,
    @Nullable String name,
    @Nullable String hardwareType,
    @Nullable String workerType,
    @Nullable TaskState state,
    @Nullable Boolean quarantined,
    @Nullable AvailabilityStatus availability,
    boolean deleted,
    SortKey sortKey,
    boolean descending,
    int limit,
    @Nullable UUID marker,
    HardwareFilter filter) {

  /** Creates a query without further conditions. */
  public HardwareListQuery(
      boolean allProjects,
      @Nullable String name,
      @Nullable String hardwareType,
      @Nullable String workerType,
      @Nullable TaskState state,
      @Nullable Boolean quarantined,
      boolean deleted,
      SortKey sortKey,
      boolean descending,
      int limit,
      @Nullable UUID marker) {
    this(
        allProjects,
        name,
        hardwareType,
        workerType,
        state,
        quarantined,
        null,
        deleted,
        sortKey,
        descending,
        limit,
        marker,
        HardwareFilter.ALL);
  }

  /** Returns the same query with further conditions. */
  public HardwareListQuery with(HardwareFilter newFilter) {
    return copy(availability, limit, newFilter);
  }

  /** Returns the same query for hardware of one availability. */
  public HardwareListQuery having(@Nullable AvailabilityStatus status) {
    return copy(status, limit, filter);
  }

  /**
   * Returns the same query with a limit raised by one: the additional result shows that another
   * page follows.
   */
  public HardwareListQuery withOneMore() {
    return limit == 0 || limit == Integer.MAX_VALUE ? this : copy(availability, limit + 1, filter);
  }

  /** Returns whether the query selects, beyond projects and deleted hardware. */
  public boolean isFiltered() {
    return name != null
        || hardwareType != null
        || workerType != null
        || state != null
        || quarantined != null
        || availability != null
        || !filter.equals(HardwareFilter.ALL);
  }

  /** Returns the same query for its first results. */
  public HardwareListQuery firstPage(int most) {
    return new HardwareListQuery(
        allProjects,
        name,
        hardwareType,
        workerType,
        state,
        quarantined,
        availability,
        deleted,
        sortKey,
        descending,
        most,
        null,
        filter);
  }

  private HardwareListQuery copy(
      @Nullable AvailabilityStatus newAvailability, int newLimit, HardwareFilter newFilter) {
    return new HardwareListQuery(
        allProjects,
        name,
        hardwareType,
        workerType,
        state,
        quarantined,
        newAvailability,
        deleted,
        sortKey,
        descending,
        newLimit,
        marker,
        newFilter);
  }

  /** Sort keys of a list. */
  public enum SortKey {
    CREATED_AT("created_at"),
    /** Hardware that was never changed comes first. */
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
