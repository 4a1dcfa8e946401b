package doni.database;

import doni.backend.BackendException;
import doni.worker.DistributedLock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock that Postgres keeps for all replicas, on a connection that is held meanwhile. A replica
 * that is alive renews it; one that stands still loses it after {@link #LEASE}, so that the others
 * continue.
 *
 * <p>Threads of this replica queue up before it, so that a lock takes one connection of the pool
 * however many wait for it.
 */
final class PostgresAdvisoryLock implements DistributedLock {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresAdvisoryLock.class);
  private static final String SERVICE = "postgres";

  /** How long Postgres may take to tell that a wait is over. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** Shorter than the claim of an attempt, which is fenced at each write. */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final int RENEWALS_PER_LEASE = 5;

  private final DataSource database;
  private final Duration lease;
  private final Duration renewal;
  private final Map<String, ReentrantLock> here = new ConcurrentHashMap<>();

  PostgresAdvisoryLock(DataSource database) {
    this(database, LEASE, LEASE.dividedBy(RENEWALS_PER_LEASE));
  }

  /**
   * @param lease how long a lock outlasts its last renewal
   */
  PostgresAdvisoryLock(DataSource database, Duration lease, Duration renewal) {
    this.database = database;
    this.lease = lease;
    this.renewal = renewal;
  }

  @Override
  public <T> T runLocked(String name, Duration patience, Supplier<T> work) {
    long deadline = System.nanoTime() + patience.toNanos();
    ReentrantLock turn = here.computeIfAbsent(name, _ -> new ReentrantLock(true));
    if (!locked(turn, patience)) {
      throw taken(name, null);
    }
    try {
      return amongReplicas(name, Duration.ofNanos(deadline - System.nanoTime()), work);
    } finally {
      turn.unlock();
    }
  }

  private static boolean locked(ReentrantLock turn, Duration patience) {
    try {
      return turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private <T> T amongReplicas(String name, Duration patience, Supplier<T> work) {
    Connection connection = acquired(name, patience);
    try (LockRenewal _ = LockRenewal.start(connection, renewal)) {
      return work.get();
    } finally {
      release(connection);
    }
  }

  private Connection acquired(String name, Duration patience) {
    try {
      Connection connection = database.getConnection();
      try {
        connection.setAutoCommit(false);
        waitUpTo(connection, patience, name);
        return connection;
      } catch (SQLException | RuntimeException e) {
        release(connection);
        throw e;
      }
    } catch (SQLException e) {
      throw taken(name, e);
    }
  }

  /**
   * The end of the transaction is the end of the lock; a connection that broke has lost it already.
   */
  private static void release(Connection connection) {
    try (connection) {
      connection.rollback();
    } catch (SQLException e) {
      LOG.debug("The connection that held a lock is broken", e);
    }
  }

  /** Waits for the lock, which may last longer than the pool lets a statement take. */
  private void waitUpTo(Connection connection, Duration patience, String name) throws SQLException {
    int limit = connection.getNetworkTimeout();
    long longest = Math.max(0, patience.toMillis()) + ANSWER.toMillis();
    connection.setNetworkTimeout(Runnable::run, (int) longest);
    acquire(connection, name, patience);
    connection.setNetworkTimeout(Runnable::run, limit);
  }

  private void acquire(Connection connection, String name, Duration patience) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = %d; set local lock_timeout = %d"
              .formatted(lease.toMillis(), Math.max(1, patience.toMillis())));
    }
    try (PreparedStatement lock =
        connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
      lock.setString(1, name);
      lock.execute();
    }
  }

  private static BackendException taken(String name, @Nullable SQLException cause) {
    boolean waited = cause == null || "55P03".equals(cause.getSQLState());
    return BackendException.notSent(
        SERVICE,
        waited ? "another attempt holds the lock " + name : "no connection for the lock " + name,
        Duration.ofSeconds(1));
  }
}
