package doni.hardware;

import doni.database.TimestampColumns;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.LabelSelector.LabelRequirement;
import doni.task.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One page of a {@link HardwareListQuery} as SQL.
 *
 * @param sortValue the expression that it is sorted by, before the uuid
 * @param direction of that order: empty or {@code desc}
 * @param condition what follows {@code where}
 * @param parameters of the condition, in order
 */
public record HardwareQuerySql(
    String sortValue, String direction, String condition, List<Object> parameters) {

  /** The text of a JSON number or truth value. */
  private static final Pattern NOT_ONLY_TEXT =
      Pattern.compile("true|false|-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?");

  /**
   * @param marker what the page follows; null for the beginning
   * @param size maximum number of rows
   */
  static HardwareQuerySql of(
      HardwareListQuery query, @Nullable String projectId, @Nullable PageMarker marker, int size) {
    StringBuilder sql = new StringBuilder();
    List<Object> parameters = new ArrayList<>();
    appendConditions(query, projectId, sql, parameters);
    // In one project, both are the same order.
    SortKey key =
        query.sortKey() == SortKey.PROJECT_ID && projectId != null ? SortKey.UUID : query.sortKey();
    appendAvailability(query, key == SortKey.UUID ? marker : null, sql, parameters);
    appendTask(query, key == SortKey.UUID ? marker : null, sql, parameters);
    appendOrder(key, direction(query), marker, sql, parameters);
    // A page whose limit Postgres does not know is planned each time. That is right for a filter,
    // whose best plan depends on its values.
    if (size == HardwareRows.PAGE_ROWS && !query.isFiltered()) {
      sql.append(" limit " + HardwareRows.PAGE_ROWS);
    } else {
      append(" limit ?", size, sql, parameters);
    }
    return new HardwareQuerySql(
        query.sortKey().sql(), direction(query), sql.toString(), parameters);
  }

  /** Returns the condition for all rows of a query, without its order, its limit and its marker. */
  static HardwareQuerySql unordered(HardwareListQuery query, @Nullable String projectId) {
    StringBuilder sql = new StringBuilder();
    List<Object> parameters = new ArrayList<>();
    appendConditions(query, projectId, sql, parameters);
    appendAvailability(query, null, sql, parameters);
    appendTask(query, null, sql, parameters);
    return new HardwareQuerySql(
        query.sortKey().sql(), direction(query), sql.toString(), parameters);
  }

  private static void appendConditions(
      HardwareListQuery query,
      @Nullable String projectId,
      StringBuilder sql,
      List<Object> parameters) {
    sql.append(query.deleted() ? "deleted_at is not null" : "deleted_at is null");
    append(" and project_id = ?", projectId, sql, parameters);
    append(
        " and lower(name) = ?",
        query.name() == null ? null : query.name().toLowerCase(Locale.ROOT),
        sql,
        parameters);
    append(" and hardware_type = ?", query.hardwareType(), sql, parameters);
    if (query.quarantined() != null) {
      sql.append(" and quarantined_at is ").append(query.quarantined() ? "not null" : "null");
    }
    appendFilter(query.filter(), sql, parameters);
  }

  private static void appendFilter(
      HardwareFilter filter, StringBuilder sql, List<Object> parameters) {
    if (filter.selector() != null) {
      sql.append(" and ")
          .append(
              selected(
                  filter.selector(),
                  "h.labels",
                  value -> {
                    parameters.add(value);
                    return "cast(? as text)";
                  }));
    }
    if (filter.namePart() != null) {
      String part = filter.namePart().toLowerCase(Locale.ROOT);
      sql.append(" and name_parts(name) @> ?::text[] and strpos(lower(name), ?) > 0");
      parameters.add(HardwareFilter.parts(part).toArray(String[]::new));
      parameters.add(part);
    }
    filter.properties().forEach((name, value) -> appendProperty(name, value, sql, parameters));
    append(" and created_at > ?", timestamp(filter.createdAfter()), sql, parameters);
    append(" and created_at < ?", timestamp(filter.createdBefore()), sql, parameters);
    String updated = SortKey.UPDATED_AT.sql();
    append(" and " + updated + " > ?", timestamp(filter.updatedAfter()), sql, parameters);
    append(" and " + updated + " < ?", timestamp(filter.updatedBefore()), sql, parameters);
  }

  /** A value may also be stored as the number or the truth value that its text stands for. */
  private static void appendProperty(
      String name, String value, StringBuilder sql, List<Object> parameters) {
    boolean literal = NOT_ONLY_TEXT.matcher(value).matches();
    String contains = "properties @> jsonb_build_object(?::text, ?::%s)";
    sql.append(" and (").append(contains.formatted("text"));
    parameters.add(name);
    parameters.add(value);
    if (literal) {
      sql.append(" or ").append(contains.formatted("jsonb"));
      parameters.add(name);
      parameters.add(value);
    }
    sql.append(')');
  }

  private static @Nullable Object timestamp(@Nullable Instant instant) {
    return instant == null ? null : TimestampColumns.timestamp(instant);
  }

  /**
   * Returns the condition that a column of labels matches a selector.
   *
   * @param parameter adds the value of a parameter and returns its placeholder, cast to text
   */
  public static String selected(
      LabelSelector selector, String column, Function<String, String> parameter) {
    return selector.requirements().stream()
        .map(requirement ->
            switch (requirement.operator()) {
              case IN -> oneOf(requirement, column, parameter);
              case NOT_IN -> "not " + oneOf(requirement, column, parameter);
              // The operator ?, escaped for JDBC.
              case EXISTS -> column + " ?? " + parameter.apply(requirement.key());
              case ABSENT -> "not " + column + " ?? " + parameter.apply(requirement.key());
            })
        .collect(Collectors.joining(" and "));
  }

  private static String oneOf(
      LabelRequirement requirement, String column, Function<String, String> parameter) {
    return requirement.values().stream()
        .map(value ->
            "%s @> jsonb_build_object(%s, %s)"
                .formatted(column, parameter.apply(requirement.key()), parameter.apply(value)))
        .collect(Collectors.joining(" or ", "(", ")"));
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

  /**
   * As {@link #select(String)}, of the rows of the page and what is joined with each of them.
   *
   * @param join of one row at most with each row {@code h}
   */
  String select(String columns, String join) {
    return "select %s, h.sort_value from (%s) h%s order by h.sort_value%4$s, h.uuid%4$s"
        .formatted(columns, select("h.*"), join, direction);
  }

  /**
   * @param start the marker of a list that is sorted by uuid; null for other lists
   */
  private static void appendTask(
      HardwareListQuery query,
      @Nullable PageMarker start,
      StringBuilder sql,
      List<Object> parameters) {
    if (query.state() == null && query.workerType() == null) {
      return;
    }
    String uuid =
        query.state() == TaskState.IN_PROGRESS ? "c.task_instance::uuid" : "c.hardware_uuid";
    String worker = query.state() == TaskState.IN_PROGRESS ? "c.task_name" : "c.worker_type";
    sql.append(" and h.uuid in (select ").append(uuid).append(" from ");
    sql.append(candidates(query.state()));
    append(" and " + worker + " = ?", query.workerType(), sql, parameters);
    // Otherwise each page would merge the candidates from their beginning.
    append(
        " and " + uuid + (query.descending() ? " < ?" : " > ?"),
        start == null ? null : start.uuid(),
        sql,
        parameters);
    sql.append(')');
    if (query.state() != null) {
      appendState(query.state(), query.workerType(), sql, parameters);
    }
  }

  /**
   * @param start the marker of a list that is sorted by uuid; null for other lists
   */
  private static void appendAvailability(
      HardwareListQuery query,
      @Nullable PageMarker start,
      StringBuilder sql,
      List<Object> parameters) {
    if (query.availability() == null) {
      return;
    }
    sql.append(" and h.uuid in (select a.hardware_uuid from device_availability a");
    append(" where a.availability = ?", query.availability().name(), sql, parameters);
    append(
        " and a.hardware_uuid" + (query.descending() ? " < ?" : " > ?"),
        start == null ? null : start.uuid(),
        sql,
        parameters);
    sql.append(')');
  }

  /** Returns where an index finds the tasks that may be in a state. */
  private static String candidates(@Nullable TaskState state) {
    return switch (state) {
      case null -> "worker_task c where true";
      case STEADY -> "worker_task c where c.outcome = 'SYNCED'";
      case ERROR -> "worker_task c where c.outcome = 'FAILED'";
      case IN_PROGRESS -> "scheduled_tasks c where c.picked and c.last_heartbeat is not null";
      // A task is also pending while its device has a newer generation, which triggers mark.
      case PENDING ->
          "worker_task c where (c.outcome is null or c.outcome = 'DEFERRED' or c.pending_generation is not null)";
    };
  }

  /**
   * Lets the view decide the state, one device at a time: {@code offset 0} keeps the planner from
   * computing the state of all tasks, because it cannot estimate how many are in it.
   */
  private static void appendState(
      TaskState state, @Nullable String workerType, StringBuilder sql, List<Object> parameters) {
    sql.append(" and exists (select from worker_task_state t where t.hardware_uuid = h.uuid");
    append(" and t.state = ?", state.name(), sql, parameters);
    // Implied by the state, and known before the queue is read.
    append(
        " and t.state_at_rest = ?",
        state == TaskState.IN_PROGRESS ? null : state.name(),
        sql,
        parameters);
    append(" and t.worker_type = ?", workerType, sql, parameters);
    sql.append(" offset 0)");
  }

  private static void append(
      String condition, @Nullable Object value, StringBuilder sql, List<Object> parameters) {
    if (value != null) {
      sql.append(condition);
      parameters.add(value);
    }
  }

  private static String direction(HardwareListQuery query) {
    return query.descending() ? " desc" : "";
  }

  private static void appendOrder(
      SortKey sortKey,
      String direction,
      @Nullable PageMarker marker,
      StringBuilder sql,
      List<Object> parameters) {
    String follows = direction.isEmpty() ? ">" : "<";
    if (sortKey == SortKey.UUID) {
      append(
          " and uuid %s ?".formatted(follows),
          marker == null ? null : marker.uuid(),
          sql,
          parameters);
      sql.append(" order by uuid").append(direction);
      return;
    }
    String key = sortKey.sql();
    if (marker != null) {
      sql.append(" and (%s, uuid) %s (?, ?)".formatted(key, follows));
      parameters.add(marker.value());
      parameters.add(marker.uuid());
    }
    sql.append(" order by %1$s%2$s, uuid%2$s".formatted(key, direction));
  }
}
