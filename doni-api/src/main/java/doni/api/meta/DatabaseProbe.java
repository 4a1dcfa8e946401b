package doni.api.meta;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Whether the database answers, asked at most once a second: everybody may ask for the health of
 * the service, so asking must not cost a connection each time.
 */
@Component
final class DatabaseProbe {

  private static final Logger log = LoggerFactory.getLogger(DatabaseProbe.class);
  private static final Duration GOOD_FOR = Duration.ofSeconds(1);
  private static final int TIMEOUT_SECONDS = 2;

  private record Answer(Instant at, boolean good) {}

  private final DataSource database;
  private final Clock clock;
  private Answer last = new Answer(Instant.MIN, false);

  DatabaseProbe(DataSource database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  synchronized boolean answers() {
    if (clock.instant().isAfter(last.at().plus(GOOD_FOR))) {
      boolean good = ask();
      // While the database is away asking takes seconds; those who waited here take the same
      // answer.
      last = new Answer(clock.instant(), good);
    }
    return last.good();
  }

  private boolean ask() {
    try (Connection connection = database.getConnection()) {
      return connection.isValid(TIMEOUT_SECONDS);
    } catch (SQLException e) {
      log.debug("No connection to the database", e);
      return false;
    }
  }
}
