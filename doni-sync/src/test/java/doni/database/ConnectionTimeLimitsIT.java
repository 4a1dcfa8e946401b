package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import doni.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTimeLimitsIT {

  private final HikariDataSource pool = new HikariDataSource();
  private final String url = TestPostgres.newDatabase();

  private void open(String parameters) {
    pool.setJdbcUrl(url + parameters);
    pool.setUsername(TestPostgres.USER);
    pool.setPassword(TestPostgres.PASSWORD);
    pool.setMaximumPoolSize(4);
    ConnectionTimeLimits.limit(pool);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void limitsStatementsAndWaitsForAnswers() throws SQLException {
    open("");

    try (Connection connection = pool.getConnection()) {
      assertThat(value(connection, "show statement_timeout")).isEqualTo("25s");
      assertThat(value(connection, "show idle_in_transaction_session_timeout")).isEqualTo("15s");
      assertThat(connection.getNetworkTimeout()).isEqualTo(30_000);
    }
  }

  @Test
  void leavesWhatTheUrlSets() throws SQLException {
    open("?socketTimeout=7&options=-c%20statement_timeout=3s");

    try (Connection connection = pool.getConnection()) {
      assertThat(value(connection, "show statement_timeout")).isEqualTo("3s");
      assertThat(value(connection, "show idle_in_transaction_session_timeout")).isEqualTo("15s");
      assertThat(connection.getNetworkTimeout()).isEqualTo(7_000);
    }
  }

  @Test
  void leavesEveryLimitThatTheUrlSets() throws SQLException {
    open("?options=-c%20statement_timeout=3s%20-c%20idle_in_transaction_session_timeout=4s");

    try (Connection connection = pool.getConnection()) {
      assertThat(value(connection, "show statement_timeout")).isEqualTo("3s");
      assertThat(value(connection, "show idle_in_transaction_session_timeout")).isEqualTo("4s");
    }
  }

  @Test
  void letsMigrationsTakeTheirTime() throws SQLException {
    open("");

    try (Connection connection = ConnectionTimeLimits.unlimited(pool).getConnection()) {
      assertThat(value(connection, "show statement_timeout")).isEqualTo("0");
      assertThat(connection.getNetworkTimeout()).isZero();
    }
  }

  @Test
  void replacesAllConnectionsToAServerThatIsReadOnly() throws SQLException {
    open("");
    String idle;
    try (Connection failing = pool.getConnection();
        Statement statement = failing.createStatement()) {
      try (Connection other = pool.getConnection()) {
        idle = pid(other);
      }
      statement.execute("set default_transaction_read_only = on");
      assertThatThrownBy(() -> statement.execute("create table t (i int)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }

    try (Connection one = pool.getConnection();
        Connection two = pool.getConnection()) {
      assertThat(pid(one)).isNotEqualTo(idle);
      assertThat(pid(two)).isNotEqualTo(idle);
      assertThat(value(one, "show transaction_read_only")).isEqualTo("off");
      assertThat(value(two, "show transaction_read_only")).isEqualTo("off");
    }
  }

  @Test
  void keepsAConnectionWhoseStatementWasCanceled() throws SQLException {
    open("");
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set statement_timeout = '10ms'");
      assertThatThrownBy(() -> statement.execute("select pg_sleep(5)"))
          .isInstanceOf(SQLException.class);

      assertThat(connection.isValid(5)).isTrue();
    }
  }

  private static String pid(Connection connection) throws SQLException {
    return value(connection, "select pg_backend_pid()");
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }
}
