package doni.system;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What lies in a service's database, for what cannot be seen over HTTP. */
record Database(String url) {

  /** The names of the replicas that work on something, a dead one's too. */
  List<String> replicasAtWork() throws SQLException {
    return texts("select distinct picked_by from scheduled_tasks where picked");
  }

  /** Whether the inventory still has a device, be it a deleted one. */
  boolean knows(UUID device) throws SQLException {
    return !texts("select uuid::text from hardware where uuid = ?", device).isEmpty()
        || !texts("select worker_type from worker_task where hardware_uuid = ?", device).isEmpty()
        || !texts(
                "select task_name from scheduled_tasks where task_instance = ?", device.toString())
            .isEmpty();
  }

  /** Every row of a table as text. */
  List<String> dump(String table) throws SQLException {
    return texts("select t::text from " + table + " t");
  }

  private List<String> texts(String sql, Object... values) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, SitePostgres.USER, "");
        PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      List<String> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }
}
