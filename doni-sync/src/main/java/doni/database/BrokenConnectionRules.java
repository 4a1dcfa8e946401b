package doni.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which connections do not return into the pool. An error that says the server has gone,
 * has gone silent, or is no longer the primary holds for its other connections too; so all of them
 * are replaced, those in use when they are returned.
 */
final class BrokenConnectionRules implements SQLExceptionOverride {

  /** Connections that are replaced need not be replaced again at once. */
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();

  private final HikariDataSource pool;
  private final AtomicLong replacedAt = new AtomicLong(System.nanoTime() - PAUSE);

  BrokenConnectionRules(HikariDataSource pool) {
    this.pool = pool;
  }

  // HikariCP's interface has a type Override, too.
  @java.lang.Override
  public Override adjudicate(SQLException failure) {
    if (!DatabaseOutageDetector.breaksConnection(failure)) {
      return Override.CONTINUE_EVICT;
    }
    if (DatabaseOutageDetector.concernsServer(failure)) {
      replaceAll();
    }
    return Override.MUST_EVICT;
  }

  private void replaceAll() {
    long last = replacedAt.get();
    long now = System.nanoTime();
    HikariPoolMXBean connections = pool.getHikariPoolMXBean();
    if (connections != null && now - last >= PAUSE && replacedAt.compareAndSet(last, now)) {
      connections.softEvictConnections();
    }
  }
}
