package doni.inventory;

import doni.device.Generation;
import doni.device.HardwareId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What happened, append-only. Who writes here sees to it that no secret is in the body. */
@Component
public class EventLog {

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final Clock clock;

  EventLog(JdbcClient jdbc, JsonMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /** Records what a person did, in the transaction in which it was done. */
  public void personDid(
      String kind,
      HardwareId id,
      Generation generation,
      String userId,
      String projectId,
      String requestId,
      Map<String, Object> body) {
    append(kind, id, generation, null, userId, projectId, requestId, body);
  }

  /** Records what a worker did. */
  public void workerDid(
      String kind,
      HardwareId id,
      Generation generation,
      String workerType,
      Map<String, Object> body) {
    append(kind, id, generation, workerType, null, null, null, body);
  }

  /**
   * The events of a device, newest first.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<Event> of(HardwareId id, int limit, @Nullable Long before) {
    return jdbc.sql(
            """
            select id, at, kind, generation, worker_type, user_id, project_id, request_id, body::text as body
            from event where hardware_uuid = :uuid and id < :before order by id desc limit :limit
            """)
        .param("uuid", id.value())
        .param("before", before == null ? Long.MAX_VALUE : before)
        .param("limit", limit)
        .query((row, _) -> event(row))
        .list();
  }

  private void append(
      String kind,
      HardwareId id,
      Generation generation,
      @Nullable String workerType,
      @Nullable String userId,
      @Nullable String projectId,
      @Nullable String requestId,
      Map<String, Object> body) {
    jdbc.sql(
            """
            insert into event (hardware_uuid, at, kind, generation, worker_type, user_id, project_id, request_id, body)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
            """)
        .param(id.value())
        .param(OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
        .param(kind)
        .param(generation.value())
        .param(workerType)
        .param(userId)
        .param(projectId)
        .param(requestId)
        .param(json.writeValueAsString(body))
        .update();
  }

  private Event event(ResultSet row) throws SQLException {
    return new Event(
        row.getLong("id"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("kind"),
        row.getLong("generation"),
        row.getString("worker_type"),
        row.getString("user_id"),
        row.getString("project_id"),
        row.getString("request_id"),
        json.readValue(row.getString("body"), OBJECT));
  }
}
