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

  private static final String FIND =
      """
      select * from (
        select h.uuid, (h.created_at, h.uuid) < (me.created_at, me.uuid) as earlier,
          h.deleted_at is not null as deleted,
          exists (select from unnest(:properties) as fragment(json) where h.properties @> fragment.json::jsonb) as wants,
          h.state_details @> :details::jsonb as reports, h.created_at
        from (
            select uuid, created_at, 0 as rank from hardware where uuid = :asking
            union all
            select hardware_uuid, created_at, 1 from leftover where hardware_uuid = :asking and worker_type = :worker
            order by rank limit 1) me,
          (select uuid, created_at, deleted_at, properties, state_details
              from hardware join worker_task on hardware_uuid = uuid and worker_type = :worker
            union all
            select hardware_uuid, created_at, deleted_at, properties, state_details
              from leftover where worker_type = :worker) h
        where h.uuid <> :asking) other
      where wants or reports
      order by created_at, uuid
      """;

  private final JdbcClient jdbc;
  private final JsonMapper json;

  ConflictStore(JdbcClient jdbc, JsonMapper json) {
    this.jdbc = jdbc;
    this.json = json;
  }

  @Override
  public List<Conflict> find(HardwareId asking, String workerType, ConflictQuery sought) {
    String[] properties =
        sought.properties().stream().map(json::writeValueAsString).toArray(String[]::new);
    return jdbc.sql(FIND)
        .param("properties", properties)
        .param("details", json.writeValueAsString(sought.details()))
        .param("worker", workerType)
        .param("asking", asking.value())
        .query((row, _) ->
            new Conflict(
                new HardwareId(row.getObject("uuid", UUID.class)),
                row.getBoolean("earlier"),
                row.getBoolean("deleted"),
                row.getBoolean("wants"),
                row.getBoolean("reports")))
        .list();
  }
}
