package doni.contract;

import static org.assertj.core.api.Assertions.assertThat;

import doni.simulator.DoniProcess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plays the recorded calls against a service that has taken over what the original has stored, from
 * the real MariaDB that {@code src/test/peers/mariadb} starts.
 */
@EnabledIfEnvironmentVariable(named = "DONI_TEST_MARIADB", matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigratedContractIT {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private EmbeddedPostgres postgres;
  private ServiceUnderTest service;
  private ContractPlayer player;

  @BeforeAll
  void migrate(@TempDir Path directory) throws Exception {
    postgres = EmbeddedPostgres.start();
    try (DoniProcess migration =
        onDatabase(ServiceUnderTest.configured(directory))
            .arguments(
                "migrate-from",
                environment("DONI_TEST_MARIADB"),
                "--username",
                environment("DONI_TEST_MARIADB_USER"))
            .environment("DONI_MIGRATE_PASSWORD", environment("DONI_TEST_MARIADB_PASSWORD"))
            .start()) {
      assertThat(migration.awaitEnd(PATIENCE)).as("%s", migration.lastLines(20)).isZero();
    }
    Set<String> migrated = devices();
    assertThat(migrated).hasSizeGreaterThanOrEqualTo(22);
    service = ServiceUnderTest.start(onDatabase(ServiceUnderTest.configured(directory)));
    player = new ContractPlayer(service.uri(), migrated);
  }

  @AfterAll
  void stop() throws IOException {
    if (player != null) {
      player.close();
    }
    if (service != null) {
      service.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> answersAsRecordedOnMigratedData() throws IOException {
    return ContractCase.all()
        .map(recorded -> DynamicTest.dynamicTest(recorded.name(), () -> player.play(recorded)));
  }

  private DoniProcess.Builder onDatabase(DoniProcess.Builder doni) {
    return doni.database(
            "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres", "postgres", "")
        .environment("DONI_SECRETS_KEYS_TEST", "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=");
  }

  private Set<String> devices() throws SQLException {
    Set<String> uuids = new HashSet<>();
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("select uuid::text from hardware where deleted_at is null")) {
      while (rows.next()) {
        uuids.add(rows.getString(1));
      }
    }
    return uuids;
  }

  private static String environment(String name) {
    return String.valueOf(System.getenv(name));
  }
}
