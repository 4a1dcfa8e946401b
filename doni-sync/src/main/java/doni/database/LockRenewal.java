package doni.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows Postgres that the replica which holds a lock is alive, until it is closed: a statement now
 * and then keeps the transaction from counting as idle.
 */
final class LockRenewal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LockRenewal.class);

  private final Connection connection;
  private final Duration interval;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ReentrantLock inUse = new ReentrantLock();

  private LockRenewal(Connection connection, Duration interval) {
    this.connection = connection;
    this.interval = interval;
  }

  /**
   * Renews the lock on a connection that is not used for anything else meanwhile.
   *
   * @param interval well below the time after which Postgres ends an idle transaction
   */
  static LockRenewal start(Connection connection, Duration interval) {
    LockRenewal renewal = new LockRenewal(connection, interval);
    Thread.ofVirtual().name("lock-renewal").start(renewal::run);
    return renewal;
  }

  private void run() {
    try {
      while (!ended.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        renew();
      }
    } catch (SQLException e) {
      // The work goes on: a worker recognizes what another replica did meanwhile.
      LOG.warn("The connection that holds a lock broke; another replica may take the lock", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void renew() throws SQLException {
    inUse.lock();
    try {
      if (ended.getCount() > 0) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("select 1");
        }
      }
    } finally {
      inUse.unlock();
    }
  }

  /** Waits for a renewal that is under way, so that the connection is free afterwards. */
  @Override
  public void close() {
    inUse.lock();
    try {
      ended.countDown();
    } finally {
      inUse.unlock();
    }
  }
}
