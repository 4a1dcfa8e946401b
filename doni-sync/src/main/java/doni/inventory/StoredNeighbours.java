package doni.inventory;

import doni.device.HardwareId;
import doni.worker.Neighbours;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads all devices that have a task of the worker: asked before something is made in a backend,
 * never in a sweep of what has not changed.
 */
@Component
final class StoredNeighbours implements Neighbours {

  private static final String FIND =
      """
      select * from (
        select h.uuid, (h.created_at, h.uuid) < (me.created_at, me.uuid) as earlier,
          h.deleted_at is not null as deleted,
          exists (select from unnest(:properties) as fragment(json) where h.properties @> fragment.json::jsonb) as wants,
          t.state_details @> :details::jsonb as reports, h.created_at
        from hardware me, hardware h join worker_task t on t.hardware_uuid = h.uuid and t.worker_type = :worker
        where me.uuid = :asking and h.uuid <> :asking) other
      where wants or reports
      order by created_at, uuid
      """;

  private final JdbcClient jdbc;
  private final JsonMapper json;

  StoredNeighbours(JdbcClient jdbc, JsonMapper json) {
    this.jdbc = jdbc;
    this.json = json;
  }

  @Override
  public List<Neighbour> find(HardwareId asking, String workerType, Sought sought) {
    String[] properties =
        sought.properties().stream().map(json::writeValueAsString).toArray(String[]::new);
    return jdbc.sql(FIND)
        .param("properties", properties)
        .param("details", json.writeValueAsString(sought.details()))
        .param("worker", workerType)
        .param("asking", asking.value())
        .query((row, _) ->
            new Neighbour(
                new HardwareId(row.getObject("uuid", UUID.class)),
                row.getBoolean("earlier"),
                row.getBoolean("deleted"),
                row.getBoolean("wants"),
                row.getBoolean("reports")))
        .list();
  }
}
