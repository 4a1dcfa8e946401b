package doni.doctor;

import doni.database.DatabaseAddress;
import doni.database.DatabaseCheckup;
import doni.inventory.SecretsCheckup;
import doni.worker.Checkup;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;

/** Looks into the database, if it is one that runs without the service. */
final class DatabaseExamination {

  private final Environment environment;

  DatabaseExamination(Environment environment) {
    this.environment = environment;
  }

  List<Checkup> look() throws SQLException {
    Optional<DataSource> database = DatabaseAddress.find(environment);
    if (database.isEmpty()) {
      return List.of(notRunning());
    }
    try {
      return DatabaseCheckup.look(database.get());
    } catch (SQLException e) {
      if (DatabaseAddress.isEmbedded(environment)) {
        return List.of(notRunning());
      }
      throw e;
    }
  }

  List<Checkup> secrets() {
    Optional<DataSource> database = DatabaseAddress.find(environment);
    try {
      return SecretsCheckup.look(environment, database);
    } catch (DataAccessException _) {
      // Why, is told of the database.
      return SecretsCheckup.look(environment, Optional.empty());
    }
  }

  private static Checkup notRunning() {
    return new Checkup.Skipped(
        "the embedded Postgres does not run, because the service does not; run this again while it does");
  }
}
