package doni.api.meta;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the database at most once per second: the health endpoint is public, so a request must not
 * cost a connection.
 */
final class DatabaseHealthProbe {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseHealthProbe.class);
  private static final Duration GOOD_FOR = Duration.ofSeconds(1);
  private static final int TIMEOUT_SECONDS = 2;

  private record ProbeResult(Instant at, boolean good) {}

  private final DataSource database;
  private final Clock clock;
  private ProbeResult last = new ProbeResult(Instant.MIN, false);

  DatabaseHealthProbe(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  synchronized boolean answers() {
    if (clock.instant().isAfter(last.at().plus(GOOD_FOR))) {
      boolean good = ask();
      // A check of an unavailable database takes seconds; callers that waited here share its
      // result.
      last = new ProbeResult(clock.instant(), good);
    }
    return last.good();
  }

  private boolean ask() {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(TIMEOUT_SECONDS);
    } catch (SQLException e) {
      LOG.debug("Database unavailable", e);
      return false;
    }
  }
}
