package doni.migration;

import doni.migration.OriginalInventory.OriginalDatabaseUnavailableException;
import doni.migration.OriginalInventory.OriginalHardware;
import doni.migration.OriginalInventory.OriginalWindow;
import doni.migration.OriginalInventory.OriginalWorkerTask;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The original's MariaDB. It is only read, in one transaction, so all rows are from one snapshot.
 *
 * <p>The original stores dates without a zone, in UTC.
 */
final class MariaDbOriginalInventory implements OriginalInventory {

  private static final String DEVICES =
      "select id, uuid, name, project_id, hardware_type, properties, deleted, created_at, updated_at, deleted_at"
          + " from hardware where id > ? order by id limit ?";

  private static final String TASKS =
      "select h.id, t.worker_type, t.state, t.state_details, t.created_at, t.updated_at"
          + " from hardware h join worker_task t on t.hardware_uuid = h.uuid"
          + " where h.id > ? and h.id <= ? order by t.id";

  private static final String WINDOWS =
      "select h.id, w.uuid, w.`start`, w.`end`, w.created_at, w.updated_at"
          + " from hardware h join availability_window w on w.hardware_uuid = h.uuid"
          + " where h.id > ? and h.id <= ? order by w.id";

  private final Connection connection;

  private MariaDbOriginalInventory(Connection connection) {
    this.connection = connection;
  }

  /** Connects as {@link OriginalInventory#open} describes. */
  static MariaDbOriginalInventory open(
      String url, @Nullable String username, @Nullable String password) {
    Properties login = new Properties();
    login.setProperty("connectTimeout", "10000");
    if (username != null) {
      login.setProperty("user", username);
    }
    if (password != null) {
      login.setProperty("password", password);
    }
    try {
      Connection connection = DriverManager.getConnection(url, login);
      try {
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setAutoCommit(false);
        return new MariaDbOriginalInventory(connection);
      } catch (SQLException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new OriginalDatabaseUnavailableException("cannot be entered", e);
    }
  }

  @Override
  public Counts counts() {
    return new Counts(count("hardware"), count("worker_task"), count("availability_window"));
  }

  private long count(String table) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new OriginalDatabaseUnavailableException("has no readable table " + table, e);
    }
  }

  @Override
  public List<OriginalHardware> after(long id, int limit) {
    try (PreparedStatement statement = connection.prepareStatement(DEVICES)) {
      statement.setLong(1, id);
      statement.setInt(2, limit);
      List<OriginalHardware> devices = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          devices.add(device(row));
        }
      }
      return devices.isEmpty() ? devices : complete(devices, id, devices.getLast().id());
    } catch (SQLException e) {
      throw new OriginalDatabaseUnavailableException("cannot be read", e);
    }
  }

  private List<OriginalHardware> complete(List<OriginalHardware> devices, long after, long last)
      throws SQLException {
    Map<Long, List<OriginalWorkerTask>> tasks =
        grouped(TASKS, after, last, MariaDbOriginalInventory::task);
    Map<Long, List<OriginalWindow>> windows =
        grouped(WINDOWS, after, last, MariaDbOriginalInventory::window);
    return devices.stream()
        .map(device ->
            new OriginalHardware(
                device.id(),
                device.uuid(),
                device.name(),
                device.projectId(),
                device.hardwareType(),
                device.properties(),
                device.deleted(),
                device.createdAt(),
                device.updatedAt(),
                device.deletedAt(),
                tasks.getOrDefault(device.id(), List.of()),
                windows.getOrDefault(device.id(), List.of())))
        .toList();
  }

  @FunctionalInterface
  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> Map<Long, List<T>> grouped(String sql, long after, long last, RowReader<T> rowReader)
      throws SQLException {
    Map<Long, List<T>> found = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, after);
      statement.setLong(2, last);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.computeIfAbsent(row.getLong("id"), _ -> new ArrayList<>()).add(rowReader.read(row));
        }
      }
    }
    return found;
  }

  private static OriginalHardware device(ResultSet row) throws SQLException {
    return new OriginalHardware(
        row.getLong("id"),
        row.getString("uuid"),
        row.getString("name"),
        row.getString("project_id"),
        row.getString("hardware_type"),
        row.getString("properties"),
        row.getLong("deleted") != 0,
        instant(row, "created_at"),
        instant(row, "updated_at"),
        instant(row, "deleted_at"),
        List.of(),
        List.of());
  }

  private static OriginalWorkerTask task(ResultSet row) throws SQLException {
    return new OriginalWorkerTask(
        row.getString("worker_type"),
        row.getString("state"),
        row.getString("state_details"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  private static OriginalWindow window(ResultSet row) throws SQLException {
    return new OriginalWindow(
        row.getString("uuid"),
        instant(row, "start"),
        instant(row, "end"),
        instant(row, "created_at"),
        instant(row, "updated_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    LocalDateTime time = row.getObject(column, LocalDateTime.class);
    return time == null ? null : time.toInstant(ZoneOffset.UTC);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new OriginalDatabaseUnavailableException("cannot be left", e);
    }
  }
}
