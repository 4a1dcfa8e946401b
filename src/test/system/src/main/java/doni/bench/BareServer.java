package doni.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The bound of the service: the JDK's HTTP server, which sends the same SQL for the same request
 * and answers with the same bytes, give or take a header. It has no tokens, policy, validation,
 * secrets, lanes or metrics.
 *
 * <p>It runs as a process of its own with the service's options, and prints its port.
 */
final class BareServer {

  /** What the line with its port begins with. */
  static final String PORT = "port ";

  private static final int CONNECTIONS = 24;
  private static final String HARDWARE = "/v1/hardware";

  private static final String ENROLL =
      "insert into hardware (uuid, name, project_id, hardware_type, properties, generation,"
          + " created_at, requested_at) values (?, ?, 'bench', 'fake-hardware', ?::jsonb, 1, now(),"
          + " now()) on conflict (lower(name)) where deleted_at is null do nothing";
  private static final String TASKS_OF_NEW =
      "with task as (insert into worker_task (hardware_uuid, worker_type) select ?, w.name from"
          + " unnest(?) as w(name) on conflict do nothing) insert into scheduled_tasks (task_name,"
          + " task_instance, execution_time, picked, version, priority) select w.name, ?, now(),"
          + " false, 1, 90 from unnest(?) as w(name) on conflict (task_name, task_instance) do"
          + " nothing";
  private static final String EVENT =
      "insert into event (hardware_uuid, at, kind, generation, user_id, project_id, request_id,"
          + " body) values (?, now(), ?, ?, 'bench', 'bench', 'bench', '{\"name\": \"x\"}')";
  private static final String LOCK =
      "select uuid, created_at, deleted_at, generation, hardware_type, name, project_id,"
          + " properties::text, quarantine_reason, quarantined_at, quarantined_by, requested_at,"
          + " updated_at from hardware where uuid = ? and deleted_at is null for no key update";
  private static final String UPDATE =
      "update hardware set properties = ?::jsonb, generation = ?, requested_at = now(), updated_at"
          + " = now() where uuid = ?";
  private static final String REQUEUE =
      "update scheduled_tasks q set execution_time = least(q.execution_time, now()), priority = 90"
          + " from worker_task t where t.hardware_uuid = ? and q.task_name = t.worker_type and"
          + " q.task_instance = ? and not q.picked returning q.task_name";
  private static final String COLUMNS =
      "h.uuid, h.name, h.project_id, h.hardware_type, h.properties::text as properties,"
          + " h.labels::text as labels, h.generation, h.created_at, h.updated_at, h.deleted_at, h.requested_at,"
          + " h.quarantined_at, h.quarantined_by, h.quarantine_reason";
  private static final String STATE =
      "t.worker_type, t.state, t.state_details::text as state_details, t.outcome, t.reason,"
          + " t.waiting_since, t.attempts, t.defer_count, t.next_attempt_at, t.unattempted";
  private static final String AVAILABILITY =
      "a.availability, a.available_since, a.available_reason, a.last_seen, a.observed";
  private static final String PUBLISHED =
      """
       left join lateral (select a.availability, a.since as available_since, a.reason as available_reason,
          seen.last_seen, seen.observed
        from device_availability a cross join lateral (
          select
            max(case when s.source like 'blazar.%' then null
              when s.source = 'agent' then g.contact_at
              when s.status in ('RESPONDS', 'IMPAIRED') then greatest(s.since, c.confirmed_at)
              else s.responded_at end) as last_seen,
            coalesce(bool_or(greatest(s.since, c.confirmed_at) > ?), true) as observed
          from device_signal s left join device_signal_source c on c.source = s.source
          left join agent_contact g on g.hardware_uuid = s.hardware_uuid and s.source = 'agent'
          where s.hardware_uuid = a.hardware_uuid) seen
        where a.hardware_uuid = h.uuid offset 0) a on true
      """;
  private static final String DEVICE =
      "select "
          + COLUMNS
          + ", "
          + STATE
          + ", "
          + AVAILABILITY
          + " from hardware h"
          + PUBLISHED
          + "left join worker_task_state t on t.hardware_uuid = h.uuid"
          + " where h.deleted_at is null and h.uuid = ?";
  private static final String LIVE = " from hardware h where deleted_at is null";
  private static final String FIRST = " order by created_at, uuid limit " + (Bench.PAGE + 1);
  private static final String EXPORT = "select " + COLUMNS + LIVE + FIRST;
  private static final String LIST =
      "select "
          + COLUMNS
          + ", "
          + AVAILABILITY
          + " from (select h.*"
          + LIVE
          + " and project_id = 'bench'"
          + FIRST
          + ") h"
          + PUBLISHED
          + "order by h.created_at, h.uuid";
  private static final String TASKS =
      "select t.hardware_uuid, "
          + STATE
          + " from worker_task_state t where t.hardware_uuid = any(?)";

  private final HikariDataSource database;

  private BareServer(HikariDataSource database) {
    this.database = database;
  }

  /** Serves the database whose URL is the argument until it is killed. */
  public static void main(String[] args) throws IOException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(args[0]);
    config.setUsername(Database.USER);
    config.setPassword(Database.PASSWORD);
    config.setMaximumPoolSize(CONNECTIONS);
    BareServer bare = new BareServer(new HikariDataSource(config));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(HARDWARE, bare::serve);
    server.start();
    System.out.println(PORT + server.getAddress().getPort());
  }

  private void serve(HttpExchange exchange) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    String ref = exchange.getRequestURI().getPath().substring(HARDWARE.length());
    try (Connection connection = database.getConnection()) {
      BareAnswer answer =
          switch (exchange.getRequestMethod()) {
            case "POST" -> create(connection, new String(request, StandardCharsets.UTF_8));
            case "PATCH" -> patch(connection, UUID.fromString(ref.substring(1)));
            default ->
                ref.isEmpty()
                    ? list(connection, true)
                    : ref.equals("/export")
                        ? list(connection, false)
                        : get(
                            connection,
                            ref,
                            exchange.getRequestHeaders().getFirst("If-None-Match"));
          };
      send(exchange, answer);
    } catch (SQLException e) {
      throw new IOException(e);
    } finally {
      exchange.close();
    }
  }

  private static void send(HttpExchange exchange, BareAnswer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    if (answer.tag() != null) {
      exchange.getResponseHeaders().set("ETag", answer.tag());
    }
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static BareAnswer get(Connection connection, String ref, @Nullable String known)
      throws SQLException {
    List<Map<String, Object>> rows =
        query(connection, DEVICE, blind(), UUID.fromString(ref.substring(1)));
    String tag = "\"" + value(rows.getFirst(), "generation") + "\"";
    return tag.equals(known)
        ? new BareAnswer(304, tag, "")
        : new BareAnswer(200, tag, device(rows.getFirst(), rows).toString());
  }

  private static BareAnswer list(Connection connection, boolean withTasks) throws SQLException {
    List<Map<String, Object>> rows =
        withTasks ? query(connection, LIST, blind()) : query(connection, EXPORT);
    Map<Object, List<Map<String, Object>>> tasks = new HashMap<>();
    if (withTasks) {
      Object[] uuids = rows.stream().map(row -> value(row, "uuid")).toArray();
      for (Map<String, Object> task :
          query(connection, TASKS, connection.createArrayOf("uuid", uuids))) {
        tasks.computeIfAbsent(value(task, "hardware_uuid"), _ -> new ArrayList<>()).add(task);
      }
    }
    StringBuilder json = new StringBuilder("{\"hardware\":[");
    for (Map<String, Object> row : rows.subList(0, Math.min(rows.size(), Bench.PAGE))) {
      json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
          .append(
              device(row, withTasks ? tasks.getOrDefault(value(row, "uuid"), List.of()) : null));
    }
    return new BareAnswer(200, null, json.append("],\"links\":[]}").toString());
  }

  private static BareAnswer create(Connection connection, String body) throws SQLException {
    UUID uuid = UUID.randomUUID();
    String name =
        body.substring(body.indexOf("\"name\":\"") + 8, body.indexOf("\",\"hardware_type"));
    Object workers = connection.createArrayOf("text", new Object[] {"fake-worker"});
    connection.setAutoCommit(false);
    update(connection, ENROLL, uuid, name, "{\"default_required_field\": \"x\"}");
    update(connection, TASKS_OF_NEW, uuid, workers, uuid.toString(), workers);
    update(connection, EVENT, uuid, "hardware.created", 1L);
    connection.commit();
    connection.setAutoCommit(true);
    Map<String, Object> row =
        Map.of(
            "uuid",
            uuid,
            "name",
            name,
            "project_id",
            "bench",
            "hardware_type",
            "fake-hardware",
            "properties",
            "{\"default_required_field\":\"x\"}",
            "created_at",
            OffsetDateTime.now(ZoneOffset.UTC));
    Map<String, Object> task =
        Map.of("worker_type", "fake-worker", "state", "PENDING", "state_details", "{}");
    return new BareAnswer(201, "\"1\"", device(row, List.of(task)).toString());
  }

  private static BareAnswer patch(Connection connection, UUID uuid) throws SQLException {
    connection.setAutoCommit(false);
    Map<String, Object> row = query(connection, LOCK, uuid).getFirst();
    long generation = (Long) value(row, "generation") + 1;
    String properties = "{\"default_required_field\": \"" + generation + "\"}";
    update(connection, UPDATE, properties, generation, uuid);
    query(connection, REQUEUE, uuid, uuid.toString());
    update(connection, EVENT, uuid, "hardware.updated", generation);
    List<Map<String, Object>> tasks =
        query(connection, TASKS, connection.createArrayOf("uuid", new Object[] {uuid}));
    connection.commit();
    connection.setAutoCommit(true);
    return new BareAnswer(200, "\"" + generation + "\"", device(row, tasks).toString());
  }

  /**
   * @param tasks null for none, as in an export
   */
  private static StringBuilder device(
      Map<String, Object> row, @Nullable List<Map<String, Object>> tasks) {
    StringBuilder json = new StringBuilder(512);
    text(json.append('{'), "uuid", row);
    text(json.append(','), "name", row);
    text(json.append(','), "project_id", row);
    text(json.append(','), "hardware_type", row);
    json.append(",\"properties\":").append(row.get("properties"));
    if (tasks != null) {
      json.append(",\"labels\":").append(row.getOrDefault("labels", "{}"));
    }
    text(json.append(','), "created_at", row);
    text(json.append(','), "updated_at", row);
    if (tasks != null) {
      json.append(",\"workers\":[");
      for (Map<String, Object> task : tasks) {
        text(json.append(json.charAt(json.length() - 1) == '[' ? "{" : ",{"), "worker_type", task);
        text(json.append(','), "state", task);
        json.append(",\"state_details\":").append(task.get("state_details")).append('}');
      }
      json.append(']');
    }
    if (row.get("availability") != null) {
      text(json.append(",\"device_availability\":{"), "status", "availability", row);
      text(json.append(','), "since", "available_since", row);
      text(json.append(','), "last_seen", row);
      text(json.append(','), "reason", "available_reason", row);
      json.append(",\"observed\":").append(row.get("observed")).append('}');
    }
    return json.append('}');
  }

  private static OffsetDateTime blind() {
    return OffsetDateTime.now(ZoneOffset.UTC).minusMinutes(5);
  }

  private static void text(StringBuilder json, String name, Map<String, Object> row) {
    text(json, name, name, row);
  }

  private static void text(
      StringBuilder json, String name, String column, Map<String, Object> row) {
    Object value = row.get(column);
    json.append('"').append(name).append("\":");
    if (value == null) {
      json.append("null");
    } else {
      json.append('"').append(value).append('"');
    }
  }

  private static Object value(Map<String, Object> row, String column) {
    return Objects.requireNonNull(row.get(column), column);
  }

  private static List<Map<String, Object>> query(
      Connection connection, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = bound(connection, sql, parameters);
        ResultSet result = statement.executeQuery()) {
      int columns = result.getMetaData().getColumnCount();
      List<Map<String, Object>> rows = new ArrayList<>();
      while (result.next()) {
        Map<String, Object> row = new HashMap<>(columns * 2);
        for (int column = 1; column <= columns; column++) {
          row.put(result.getMetaData().getColumnLabel(column), result.getObject(column));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  private static void update(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = bound(connection, sql, parameters)) {
      statement.executeUpdate();
    }
  }

  private static PreparedStatement bound(Connection connection, String sql, Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setObject(i + 1, parameters[i]);
    }
    return statement;
  }

  /** An answer without its other headers. */
  private record BareAnswer(int status, @Nullable String tag, String body) {}
}
