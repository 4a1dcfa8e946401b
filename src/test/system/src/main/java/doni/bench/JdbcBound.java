package doni.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * The same SQL as the service sends for the same request, through plain JDBC, without HTTP, JSON,
 * policy or encryption.
 */
final class JdbcBound {

  private static final String HARDWARE =
      "insert into hardware (uuid, name, project_id, hardware_type, properties, generation, created_at, requested_at)"
          + " values (?, ?, 'bench', 'fake-hardware', '{\"default_required_field\": \"x\"}', 1, now(), now())";
  private static final String TASK =
      "insert into worker_task (hardware_uuid, worker_type) values (?, 'fake-worker')";
  private static final String QUEUE =
      "insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)"
          + " values ('fake-worker', ?, now(), false, 1, 90)";
  private static final String EVENT =
      "insert into event (hardware_uuid, at, kind, generation, user_id, project_id, request_id, body)"
          + " values (?, now(), 'hardware.created', 1, 'bench', 'bench', 'bench', '{}')";
  private static final String DEVICE =
      "select h.uuid, h.name, h.project_id, h.hardware_type, h.properties::text, h.generation, h.created_at, h.updated_at,"
          + " t.worker_type, t.state, t.state_details::text from hardware h"
          + " left join worker_task_state t on t.hardware_uuid = h.uuid where h.deleted_at is null and h.uuid = ?";
  private static final String DEVICES =
      "select uuid, name, project_id, hardware_type, properties::text, generation, created_at, updated_at"
          + " from hardware h where deleted_at is null and project_id = 'bench' order by created_at, uuid limit 1001";
  private static final String EXPORTED =
      "select uuid, name, project_id, hardware_type, properties::text, generation, created_at, updated_at"
          + " from hardware h where deleted_at is null order by created_at, uuid limit 1001";
  private static final String TASKS =
      "select hardware_uuid, worker_type, state, state_details::text from worker_task_state where hardware_uuid = any(?)";

  private final Database database;
  private final String name;

  JdbcBound(Database database, String name) {
    this.database = database;
    this.name = name;
  }

  Load.Result create(int threads, int count, Duration limit) throws Exception {
    return Load.run(
        threads,
        count,
        limit,
        () -> {
          Connection connection = database.connect(name);
          connection.setAutoCommit(false);
          List<PreparedStatement> statements =
              List.of(
                  connection.prepareStatement(HARDWARE),
                  connection.prepareStatement(TASK),
                  connection.prepareStatement(QUEUE),
                  connection.prepareStatement(EVENT));
          return new JdbcClient(connection) {
            @Override
            public void once(int index) throws SQLException {
              UUID uuid = UUID.randomUUID();
              statements.get(0).setObject(1, uuid);
              statements.get(0).setString(2, "bound-" + uuid);
              statements.get(1).setObject(1, uuid);
              statements.get(2).setString(1, uuid.toString());
              statements.get(3).setObject(1, uuid);
              for (PreparedStatement statement : statements) {
                statement.executeUpdate();
              }
              connection.commit();
            }
          };
        });
  }

  Load.Result get(int threads, int count, Duration limit, List<UUID> uuids) throws Exception {
    return Load.run(
        threads,
        count,
        limit,
        () -> {
          Connection connection = database.connect(name);
          PreparedStatement device = connection.prepareStatement(DEVICE);
          return new JdbcClient(connection) {
            @Override
            public void once(int index) throws SQLException {
              device.setObject(1, uuids.get(index % uuids.size()));
              read(device);
            }
          };
        });
  }

  Load.Result list(int threads, int count, Duration limit) throws Exception {
    return Load.run(
        threads,
        count,
        limit,
        () -> {
          Connection connection = database.connect(name);
          PreparedStatement devices = connection.prepareStatement(DEVICES);
          PreparedStatement tasks = connection.prepareStatement(TASKS);
          return new JdbcClient(connection) {
            @Override
            public void once(int index) throws SQLException {
              tasks.setArray(1, connection.createArrayOf("uuid", read(devices)));
              read(tasks);
            }
          };
        });
  }

  Load.Result export(int threads, int count, Duration limit) throws Exception {
    return Load.run(
        threads,
        count,
        limit,
        () -> {
          Connection connection = database.connect(name);
          PreparedStatement devices = connection.prepareStatement(EXPORTED);
          return new JdbcClient(connection) {
            @Override
            public void once(int index) throws SQLException {
              read(devices);
            }
          };
        });
  }

  /** Fetches every column of every row; returns the first column. */
  private static Object[] read(PreparedStatement statement) throws SQLException {
    java.util.ArrayList<Object> first = new java.util.ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        first.add(rows.getObject(1));
        for (int column = 2; column <= columns; column++) {
          rows.getString(column);
        }
      }
    }
    return first.toArray();
  }

  private abstract static class JdbcClient implements Load.Client {
    private final Connection connection;

    JdbcClient(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
