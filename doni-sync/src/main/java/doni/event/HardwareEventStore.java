package doni.event;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.event.ChangeWatch.ChangeNotice;
import doni.event.ChangeWatch.EventNotice;
import doni.policy.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The append-only log of events. Callers make sure that a body holds no secret. */
@Component
public class HardwareEventStore {

  /** In events of the site: the nil UUID, which no hardware has. */
  public static final HardwareId SITE = new HardwareId(new UUID(0, 0));

  private static final int BATCH = 5_000;
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private final JdbcClient jdbc;
  private final JsonMapper json;
  private final Clock clock;

  HardwareEventStore(JdbcClient jdbc, JsonMapper json, Clock clock) {
    this.jdbc = jdbc;
    this.json = json;
    this.clock = clock;
  }

  /** Records what a caller did, in the transaction in which it was done. */
  public void personDid(
      String kind, HardwareId id, Generation generation, Caller caller, Map<String, Object> body) {
    append(
        kind, id, generation, null, caller.userId(), caller.projectId(), caller.requestId(), body);
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

  /** Records what was observed of hardware. */
  public void observed(
      String kind, HardwareId id, Generation generation, Map<String, Object> body) {
    append(kind, id, generation, null, null, null, null, body);
  }

  /** Records what happened to the site, and to no hardware in particular. */
  public void siteDid(String kind, Map<String, Object> body) {
    append(kind, SITE, Generation.NONE, null, null, null, null, body);
  }

  /** Returns the id of the request that raised hardware to that generation, if a request did. */
  public Optional<String> request(HardwareId id, Generation generation) {
    return jdbc.sql(
            "select request_id from event where hardware_uuid = :id and generation = :generation"
                + " and request_id is not null and kind <> 'hardware.labeled' order by id desc limit 1")
        .param("id", id.value())
        .param("generation", generation.value())
        .query(String.class)
        .optional();
  }

  /**
   * Returns the events of hardware, newest first.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<HardwareEvent> of(HardwareId id, int limit, @Nullable Long before) {
    return latest(new EventFilter(id.value(), null, null, null), limit, before);
  }

  /**
   * Returns the events of all hardware, newest first.
   *
   * @param before only events older than the one with this id; null starts at the newest
   */
  public List<HardwareEvent> latest(EventFilter filter, int limit, @Nullable Long before) {
    return filtered(filter, "id < :before", "id desc")
        .param("before", before == null ? Long.MAX_VALUE : before)
        .param("limit", limit)
        .query((row, _) -> event(row))
        .list();
  }

  /**
   * Returns the events after a position, oldest first. No earlier event can still appear: events of
   * transactions that are newer than a running one are returned later.
   */
  public List<HardwareEvent> following(EventFeedPosition position, EventFilter filter, int limit) {
    return filtered(
            filter,
            "(tx, id) > (cast(:tx as xid8), :id) and tx < pg_snapshot_xmin(pg_current_snapshot())",
            // Not the tx that is selected: as a text, 1000 would come before 999.
            "event.tx, event.id")
        .param("tx", Long.toString(position.tx()))
        .param("id", position.id())
        .param("limit", limit)
        .query((row, _) -> event(row))
        .list();
  }

  /** Returns the events that {@link #following} returns without a filter, as notices. */
  List<EventNotice> notices(EventFeedPosition position, int limit) {
    return jdbc.sql(
            """
            select id, tx::text as tx, hardware_uuid, hardware_project_id, kind from event
            where (tx, id) > (cast(:tx as xid8), :id) and tx < pg_snapshot_xmin(pg_current_snapshot())
            order by event.tx, event.id limit :limit
            """)
        .param("tx", Long.toString(position.tx()))
        .param("id", position.id())
        .param("limit", limit)
        .query((row, _) ->
            new EventNotice(
                new EventFeedPosition(row.getLong("tx"), row.getLong("id")),
                new ChangeNotice(
                    new HardwareId(row.getObject("hardware_uuid", UUID.class)),
                    row.getString("hardware_project_id"),
                    row.getString("kind"))))
        .list();
  }

  /** Returns the current end: events after it have not happened yet, or are being written now. */
  public EventFeedPosition end() {
    return jdbc.sql("select pg_snapshot_xmin(pg_current_snapshot())::text")
        .query((row, _) -> new EventFeedPosition(row.getLong(1), 0))
        .single();
  }

  /**
   * Removes events that are older than a moment, in batches.
   *
   * @return how many were removed
   */
  public int removeBefore(Instant moment) {
    int all = 0;
    int removed;
    do {
      removed =
          jdbc.sql(
                  """
                  delete from event where id in (
                    select id from event where at < :moment order by id limit :batch for update skip locked)
                  """)
              .param("moment", OffsetDateTime.ofInstant(moment, ZoneOffset.UTC))
              .param("batch", BATCH)
              .update();
      all += removed;
    } while (removed == BATCH);
    return all;
  }

  private JdbcClient.StatementSpec filtered(EventFilter filter, String range, String order) {
    List<String> conditions = new ArrayList<>(List.of(range));
    Map<String, Object> parameters = new HashMap<>();
    condition(conditions, parameters, "hardware_uuid", filter.hardware());
    condition(conditions, parameters, "kind", filter.kind());
    condition(conditions, parameters, "worker_type", filter.workerType());
    condition(conditions, parameters, "user_id", filter.userId());
    condition(conditions, parameters, "hardware_project_id", filter.projectId());
    return jdbc.sql(
            """
            select id, tx::text as tx, hardware_uuid, at, kind, generation, worker_type, user_id, project_id,
              request_id, body::text as body
            from event where %s order by %s limit :limit
            """
                .formatted(String.join(" and ", conditions), order))
        .params(parameters);
  }

  private static void condition(
      List<String> conditions,
      Map<String, Object> parameters,
      String column,
      @Nullable Object value) {
    if (value != null) {
      conditions.add(column + " = :" + column);
      parameters.put(column, value);
    }
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

  private HardwareEvent event(ResultSet row) throws SQLException {
    return new HardwareEvent(
        new EventFeedPosition(row.getLong("tx"), row.getLong("id")),
        new HardwareId(row.getObject("hardware_uuid", UUID.class)),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("kind"),
        row.getLong("generation"),
        row.getString("worker_type"),
        row.getString("user_id"),
        row.getString("project_id"),
        row.getString("request_id"),
        json.readValue(row.getString("body"), OBJECT));
  }

  /**
   * A filter for events; null matches everything.
   *
   * @param kind for example {@code worker.failed}
   * @param userId the user who caused the event
   * @param projectId the project of the hardware
   */
  public record EventFilter(
      @Nullable UUID hardware,
      @Nullable String kind,
      @Nullable String workerType,
      @Nullable String userId,
      @Nullable String projectId) {

    /** A filter for the hardware of all projects. */
    public EventFilter(
        @Nullable UUID hardware,
        @Nullable String kind,
        @Nullable String workerType,
        @Nullable String userId) {
      this(hardware, kind, workerType, userId, null);
    }
  }

  /**
   * The position of an event in the order in which events can be followed: by the transaction that
   * wrote it, then by id.
   *
   * <p>Ids alone are not enough: a transaction with a smaller id may commit later, and a reader
   * that is past that id already would never see its event.
   */
  public record EventFeedPosition(long tx, long id) implements Comparable<EventFeedPosition> {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    /** Reads what {@link #toString} writes; empty when it is anything else. */
    public static Optional<EventFeedPosition> parse(String text) {
      Matcher parts = TEXT.matcher(text);
      return parts.matches()
          ? Optional.of(
              new EventFeedPosition(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
          : Optional.empty();
    }

    @Override
    public int compareTo(EventFeedPosition other) {
      return tx == other.tx ? Long.compare(id, other.id) : Long.compare(tx, other.tx);
    }

    @Override
    public String toString() {
      return tx + "-" + id;
    }
  }
}
