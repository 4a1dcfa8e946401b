package doni.doctor;

import doni.database.ConfiguredDatabaseAddress;
import doni.database.DatabaseDiagnostics;
import doni.database.EmbeddedPostgresPrograms;
import doni.secret.SecretsDiagnostics;
import doni.task.TaskDiagnostics;
import doni.worker.Finding;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;

/** Checks the database, unless it is the embedded one and the service does not run. */
final class DatabaseCheck {

  private final Environment environment;

  DatabaseCheck(Environment environment) {
    this.environment = environment;
  }

  List<Finding> check() throws SQLException {
    Optional<DataSource> database = ConfiguredDatabaseAddress.find(environment);
    if (database.isEmpty()) {
      return List.of(EmbeddedPostgresPrograms.onClassPath() ? notRunning() : unset());
    }
    try {
      return DatabaseDiagnostics.look(database.get());
    } catch (SQLException e) {
      if (ConfiguredDatabaseAddress.isEmbedded(environment)) {
        return List.of(notRunning());
      }
      throw e;
    }
  }

  List<Finding> secrets() {
    Optional<DataSource> database = ConfiguredDatabaseAddress.find(environment);
    try {
      return SecretsDiagnostics.look(environment, database);
    } catch (DataAccessException _) {
      // The check of the database reports the cause.
      return SecretsDiagnostics.look(environment, Optional.empty());
    }
  }

  /** What the tasks wait for, by lane, device and reason. */
  List<Finding> tasks(List<String> enabledWorkers, Clock clock) {
    Optional<DataSource> database = ConfiguredDatabaseAddress.find(environment);
    if (database.isEmpty()) {
      return List.of(EmbeddedPostgresPrograms.onClassPath() ? notRunning() : unavailable());
    }
    try {
      return TaskDiagnostics.look(database.get(), enabledWorkers, clock);
    } catch (DataAccessException _) {
      return List.of(unavailable());
    }
  }

  /** The check of the database reports the cause. */
  private static Finding unavailable() {
    return new Finding.Skipped("not checked, because the database is unavailable");
  }

  private static Finding unset() {
    return new Finding.Problem(
        "spring.datasource.url: " + EmbeddedPostgresPrograms.MISSING, "correct the setting");
  }

  private static Finding notRunning() {
    return new Finding.Skipped(
        "the embedded Postgres runs only with the service; start the service and run this again");
  }
}
