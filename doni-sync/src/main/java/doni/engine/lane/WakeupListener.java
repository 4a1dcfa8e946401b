package doni.engine.lane;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the notifications of other replicas on a connection of its own, which it takes from the
 * pool and keeps.
 */
final class WakeupListener {

  private static final Logger LOG = LoggerFactory.getLogger(WakeupListener.class);
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final DataSource database;
  private final WakeupNotifier wakeups;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Thread thread;

  WakeupListener(DataSource database, WakeupNotifier wakeups) {
    this.database = database;
    this.wakeups = wakeups;
  }

  void start() {
    thread = Thread.ofVirtual().name("lane-wake-listener").start(this::run);
  }

  void stop() {
    stopped.countDown();
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void run() {
    Duration pause = FIRST_PAUSE;
    while (stopped.getCount() > 0) {
      try (Connection connection = database.getConnection()) {
        try {
          listen(connection);
          pause = FIRST_PAUSE;
          hear(connection);
        } finally {
          // The pool must not reuse a connection that still listens.
          connection.abort(Runnable::run);
        }
      } catch (SQLException e) {
        if (stopped.getCount() > 0) {
          LOG.warn("No wake-up notifications from other replicas for now", e);
        }
      }
      if (paused(pause)) {
        return;
      }
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }
  }

  private void listen(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      statement.execute("listen " + WakeupNotifier.CHANNEL);
    }
    // Notifications may have been missed.
    wakeups.wakeAllHere();
  }

  private void hear(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (stopped.getCount() > 0) {
      PGNotification[] calls = postgres.getNotifications((int) CHECK.toMillis());
      if (calls != null && calls.length > 0) {
        for (PGNotification call : calls) {
          wakeups.received(call.getParameter());
        }
      } else if (!connection.isValid((int) CHECK.toSeconds())) {
        throw new SQLException("the connection is dead", "08006");
      }
    }
  }

  /** Returns whether it was stopped meanwhile. */
  private boolean paused(Duration pause) {
    try {
      return stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }
}
