package doni.hardware;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One page of a {@link HardwareListQuery} as SQL.
 *
 * @param sortValue the expression that it is sorted by, before the uuid
 * @param condition what follows {@code where}
 * @param parameters of the condition, in order
 */
record HardwareQuerySql(String sortValue, String condition, List<Object> parameters) {

  /**
   * @param marker what the page follows; null for the beginning
   * @param size maximum number of rows
   */
  static HardwareQuerySql of(
      HardwareListQuery query, @Nullable String projectId, @Nullable PageMarker marker, int size) {
    StringBuilder sql =
        new StringBuilder(query.deleted() ? "deleted_at is not null" : "deleted_at is null");
    List<Object> parameters = new ArrayList<>();
    if (projectId != null) {
      sql.append(" and project_id = ?");
      parameters.add(projectId);
    }
    if (query.name() != null) {
      sql.append(" and lower(name) = ?");
      parameters.add(query.name().toLowerCase(Locale.ROOT));
    }
    if (query.hardwareType() != null) {
      sql.append(" and hardware_type = ?");
      parameters.add(query.hardwareType());
    }
    if (query.quarantined() != null) {
      sql.append(" and quarantined_at is ").append(query.quarantined() ? "not null" : "null");
    }
    appendTask(query, sql, parameters);
    appendOrder(query, marker, sql, parameters);
    parameters.add(size);
    return new HardwareQuerySql(
        query.sortKey().sql(), sql.append(" limit ?").toString(), parameters);
  }

  /**
   * Returns the statement, which also selects {@code sort_value}.
   *
   * @param columns of table {@code h}
   */
  String select(String columns) {
    return "select %s, %s as sort_value from hardware h where %s"
        .formatted(columns, sortValue, condition);
  }

  private static void appendTask(
      HardwareListQuery query, StringBuilder sql, List<Object> parameters) {
    if (query.workerType() == null && query.state() == null) {
      return;
    }
    sql.append(" and exists (select 1 from ")
        .append(query.state() == null ? "worker_task" : "worker_task_state")
        .append(" t where t.hardware_uuid = h.uuid");
    if (query.workerType() != null) {
      sql.append(" and t.worker_type = ?");
      parameters.add(query.workerType());
    }
    if (query.state() != null) {
      sql.append(" and t.state = ?");
      parameters.add(query.state().name());
    }
    sql.append(')');
  }

  private static void appendOrder(
      HardwareListQuery query,
      @Nullable PageMarker marker,
      StringBuilder sql,
      List<Object> parameters) {
    String key = query.sortKey().sql();
    if (marker != null) {
      sql.append(" and (")
          .append(key)
          .append(", uuid) ")
          .append(query.descending() ? "<" : ">")
          .append(" (?, ?)");
      parameters.add(marker.value());
      parameters.add(marker.uuid());
    }
    String direction = query.descending() ? " desc" : "";
    sql.append(" order by ").append(key).append(direction).append(", uuid").append(direction);
  }
}
