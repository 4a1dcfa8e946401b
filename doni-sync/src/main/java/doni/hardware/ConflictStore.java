package doni.hardware;

import doni.enrollment.HardwareId;
import doni.worker.ConflictFinder;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds other hardware that conflicts in a worker's backend: hardware with a task of the worker,
 * and its leftovers. Workers ask before they create something, never during a resync without
 * changes.
 */
@Component
final class ConflictStore implements ConflictFinder {

  /**
   * Looks up candidates by index, each fragment for itself, then reads their rows one by one: the
   * planner expects many candidates and would read the whole tables, which LIMIT prevents.
   */
  static final String FIND =
      """
      with me as (
        select uuid, created_at from (
          select uuid, created_at, 0 as rank from hardware where uuid = :asking
          union all
          select hardware_uuid, created_at, 1 from leftover where hardware_uuid = :asking and worker_type = :worker) self
        order by rank limit 1),
      fragment as (
        select json::jsonb as json from unnest(:properties) as sought(json)),
      claim as (
        select uuid, bool_or(wants) as wants, bool_or(reports) as reports from (
          select h.uuid, true as wants, false as reports
            from fragment join hardware h on h.properties @> fragment.json
          union all
          select hardware_uuid, false, true
            from worker_task where worker_type = :worker and state_details @> :details::jsonb) found
        where uuid <> :asking group by uuid),
      leftover_claim as (
        select id, bool_or(wants) as wants, bool_or(reports) as reports from (
          select l.id, true as wants, false as reports
            from fragment join leftover l on l.properties @> fragment.json
          union all
          select id, false, true
            from leftover where worker_type = :worker and state_details @> :details::jsonb) found
        group by id)
      select other.uuid, (other.created_at, other.uuid) < (me.created_at, me.uuid) as earlier, other.deleted,
        other.wants, other.reports
      from me, (
          select claim.uuid, h.created_at, h.deleted_at is not null as deleted, claim.wants, claim.reports
            from claim
            cross join lateral (
              select from worker_task t where t.hardware_uuid = claim.uuid and t.worker_type = :worker limit 1) task
            cross join lateral (
              select created_at, deleted_at from hardware where uuid = claim.uuid limit 1) h
          union all
          select l.hardware_uuid, l.created_at, true, claim.wants, claim.reports
            from leftover_claim claim
            cross join lateral (
              select hardware_uuid, created_at, worker_type from leftover where id = claim.id limit 1) l
            where l.worker_type = :worker and l.hardware_uuid <> :asking) other
      order by other.created_at, other.uuid
      """;

  private final JdbcClient jdbc;
  private final JsonMapper json;

  ConflictStore(JdbcClient jdbc, JsonMapper json) {
    this.jdbc = jdbc;
    this.json = json;
  }

  @Override
  public List<Conflict> find(HardwareId asking, String workerType, ConflictQuery sought) {
    return bound(FIND, asking, workerType, sought)
        .query((row, _) ->
            new Conflict(
                new HardwareId(row.getObject("uuid", UUID.class)),
                row.getBoolean("earlier"),
                row.getBoolean("deleted"),
                row.getBoolean("wants"),
                row.getBoolean("reports")))
        .list();
  }

  JdbcClient.StatementSpec bound(
      String sql, HardwareId asking, String workerType, ConflictQuery sought) {
    String[] properties =
        sought.properties().stream().map(json::writeValueAsString).toArray(String[]::new);
    return jdbc.sql(sql)
        .param("properties", properties)
        .param("details", json.writeValueAsString(sought.details()))
        .param("worker", workerType)
        .param("asking", asking.value());
  }
}
