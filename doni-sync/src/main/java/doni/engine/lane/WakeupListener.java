package doni.engine.lane;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears wake-up calls on a connection of its own, which it takes from the pool and keeps. */
final class WakeupListener {

  private static final Logger LOG = LoggerFactory.getLogger(WakeupListener.class);
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final DataSource database;
  private final Consumer<String> onCall;
  private final Runnable onConnected;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable Thread thread;

  /**
   * @param onConnected called after every connect, because notifications may have been missed
   */
  WakeupListener(DataSource database, Consumer<String> onCall, Runnable onConnected) {
    this.database = database;
    this.onCall = onCall;
    this.onConnected = onConnected;
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
          LOG.warn("No wake-up notifications from other replicas for now: {}", e.getMessage());
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
    onConnected.run();
  }

  private void hear(Connection connection) throws SQLException {
    PGConnection postgres = connection.unwrap(PGConnection.class);
    while (stopped.getCount() > 0) {
      PGNotification[] calls = postgres.getNotifications((int) CHECK.toMillis());
      if (calls != null && calls.length > 0) {
        for (PGNotification call : calls) {
          onCall.accept(call.getParameter());
        }
      } else if (!connection.isValid((int) CHECK.toSeconds())) {
        throw new SQLException("the connection is dead");
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
