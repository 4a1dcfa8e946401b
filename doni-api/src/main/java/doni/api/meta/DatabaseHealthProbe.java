package doni.api.meta;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks at most once per second that the database accepts writes: the health endpoint is public,
 * so a request must not cost a connection.
 */
final class DatabaseHealthProbe {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseHealthProbe.class);
  private static final Duration GOOD_FOR = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /**
   * Refused by a standby and by a server that is read-only, needs the right to write, and is
   * written to the log of the database; but changes no row.
   */
  private static final String WRITE =
      """
      with touched as (update lane_hold set reason = reason where false returning reason)
      select pg_current_xact_id(), (select count(*) from touched)
      """;

  private record ProbeResult(Instant at, boolean good) {}

  private final DataSource database;
  private final Clock clock;
  private final Duration patience;
  private ProbeResult last = new ProbeResult(Instant.MIN, false);
  private @Nullable CompletableFuture<Boolean> running;

  DatabaseHealthProbe(DataSource database, Clock clock) {
    this(database, clock, PATIENCE);
  }

  DatabaseHealthProbe(DataSource database, Clock clock, Duration patience) {
    this.database = database;
    this.clock = clock;
    this.patience = patience;
  }

  synchronized boolean acceptsWrites() {
    if (clock.instant().isAfter(last.at().plus(GOOD_FOR))) {
      boolean good = ask();
      // A check of an unavailable database takes seconds; callers that waited here share its
      // result.
      last = new ProbeResult(clock.instant(), good);
    }
    return last.good();
  }

  /** Waits for a check that hangs, instead of starting another one. */
  private boolean ask() {
    CompletableFuture<Boolean> check = running;
    if (check == null || check.isDone()) {
      check = CompletableFuture.supplyAsync(this::write, Thread::startVirtualThread);
      running = check;
    }
    try {
      return check.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("The database does not answer", e);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean write() {
    try (Connection connection = database.getConnection()) {
      // The pool restores its own limit.
      connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
      try (Statement statement = connection.createStatement()) {
        return statement.execute(WRITE);
      }
    } catch (SQLException e) {
      LOG.debug("The database accepts no write", e);
      return false;
    }
  }
}
