package doni.testing;

import doni.simulator.http.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * One real Postgres for all tests of a JVM: the embedded one, or, with {@code
 * -Ddoni.test.postgres=testcontainers}, one in a container where a Docker engine exists, from the
 * image that the environment variable {@code DONI_TEST_POSTGRES_IMAGE} names or the official one.
 * Every caller gets an empty database of its own.
 */
public final class TestPostgres {

  private static final String IMAGE = "postgres:18-alpine";

  public static final String USER = "postgres";
  public static final String PASSWORD = "postgres";

  private TestPostgres() {}

  /** JDBC URL of a new, empty database, for {@link #USER} and {@link #PASSWORD}. */
  public static String newDatabase() {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    try (Connection admin = DriverManager.getConnection(Server.URL, USER, PASSWORD);
        Statement statement = admin.createStatement()) {
      statement.execute("create database " + name);
    } catch (SQLException e) {
      throw new IllegalStateException("no test database", e);
    }
    return Server.URL.replaceFirst("/postgres(\\?|$)", "/" + name + "$1");
  }

  private static final class Server {
    static final String URL = start();

    private static String start() {
      return switch (System.getProperty("doni.test.postgres", "embedded")) {
        case "embedded" -> embedded();
        case "testcontainers" -> container();
        case String other ->
            throw new IllegalArgumentException(
                "doni.test.postgres is embedded or testcontainers, not " + other);
      };
    }

    private static String embedded() {
      try {
        EmbeddedPostgres postgres =
            EmbeddedPostgres.builder()
                .setPort(FreePort.find())
                .setRegisterShutdownHook(false)
                .setServerConfig("max_connections", "200")
                // A test's data need not survive a power cut.
                .setServerConfig("fsync", "off")
                .start();
        // Stops after the application contexts: they would wait for connections to a stopped one.
        SpringApplication.getShutdownHandlers().add(() -> stop(postgres));
        return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedPostgres postgres) {
      try {
        postgres.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    // The container ends with the JVM, as the embedded server does.
    @SuppressWarnings("resource")
    private static String container() {
      PostgreSQLContainer container =
          new PostgreSQLContainer(
                  DockerImageName.parse(
                          System.getenv().getOrDefault("DONI_TEST_POSTGRES_IMAGE", IMAGE))
                      .asCompatibleSubstituteFor("postgres"))
              .withDatabaseName("postgres")
              .withUsername(USER)
              .withPassword(PASSWORD)
              .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200");
      container.start();
      return container.getJdbcUrl();
    }
  }
}
