package doni.bench;

import doni.simulator.http.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The Postgres that the service and its bounds share, with commits that survive a power cut. */
final class Database implements AutoCloseable {

  static final String USER = "postgres";
  static final String PASSWORD = "postgres";

  private final EmbeddedPostgres postgres;

  private Database(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  static Database start() throws IOException {
    return new Database(
        EmbeddedPostgres.builder()
            .setPort(FreePort.find())
            .setServerConfig("max_connections", "200")
            .setServerConfig("shared_buffers", "128MB")
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_wal_size", "2GB")
            .setPGStartupWait(Duration.ofSeconds(30))
            .start());
  }

  String url(String name) {
    return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + name;
  }

  Connection connect(String name) throws SQLException {
    return DriverManager.getConnection(url(name), USER, PASSWORD);
  }

  /** Creates a database as a copy of {@code template}, which must have no connections. */
  void create(String name, String template) throws SQLException {
    execute("postgres", "create database " + name + " template " + template);
  }

  void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long count(String database, String sql) throws SQLException {
    return Long.parseLong(text(database, sql));
  }

  String text(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
