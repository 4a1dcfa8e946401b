package doni.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

/**
 * Time limits of database connections, so that a connection which goes silent costs a caller
 * seconds and the pool nothing. What the URL or {@code spring.datasource.hikari} sets itself stays.
 */
final class ConnectionTimeLimits {

  /**
   * Driver properties of the pool's connections. The socket limit ends a wait for an answer that
   * never arrives. Of several hosts, an unavailable one must leave time for the next within the
   * pool's five seconds, and the roles of hosts are checked again after a second, because the
   * primary may have changed.
   */
  private static final Map<String, String> POOL =
      Map.of(
          "connectTimeout", "2",
          "socketTimeout", "30",
          "tcpKeepAlive", "true",
          "hostRecheckSeconds", "1");

  /**
   * The limit of a statement is shorter than that of the socket, so that a slow statement does not
   * cost its connection. A replica that stops in the middle of a transaction, as a paused virtual
   * machine does, loses the locks that it holds before the statements that wait for them give up.
   */
  private static final Map<String, String> SESSION =
      Map.of("statement_timeout", "25s", "idle_in_transaction_session_timeout", "15s");

  /** Leaves time to replace two silent connections before a caller gives up after five seconds. */
  private static final long VALIDATION_MILLIS = 2_000;

  private ConnectionTimeLimits() {}

  /** Sets the limits of a pool that is not started yet. */
  static void limit(HikariDataSource pool) {
    Properties own = pool.getDataSourceProperties();
    POOL.forEach(own::putIfAbsent);
    if (pool.getConnectionInitSql() == null) {
      pool.setConnectionInitSql(sessionLimits(pool));
    }
    if (pool.getValidationTimeout() == new HikariConfig().getValidationTimeout()) {
      pool.setValidationTimeout(VALIDATION_MILLIS);
    }
    pool.setExceptionOverride(new BrokenConnectionRules(pool));
  }

  /**
   * Returns a source of connections for migrations, which may take longer than any limit of the
   * pool. TCP keep-alive ends one whose database is gone.
   */
  static DataSource unlimited(DataSource configured) {
    return switch (configured) {
      case HikariDataSource pool ->
          patient(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
      case SimpleDriverDataSource own ->
          patient(own.getUrl(), own.getUsername(), own.getPassword());
      default -> configured;
    };
  }

  private static DataSource patient(
      @Nullable String url, @Nullable String user, @Nullable String password) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setConnectTimeout(5);
    // Also for the login, which a server that accepts connections and is silent never ends.
    source.setLoginTimeout(5);
    source.setTcpKeepAlive(true);
    // Else the driver quotes the values of a failed statement.
    source.setLogServerErrorDetail(false);
    // The URL comes last, so that it wins.
    source.setURL(url);
    if (user != null) {
      source.setUser(user);
    }
    if (password != null) {
      source.setPassword(password);
    }
    return source;
  }

  private static @Nullable String sessionLimits(HikariDataSource pool) {
    Properties inUrl = Driver.parseURL(String.valueOf(pool.getJdbcUrl()), null);
    String options =
        String.valueOf(pool.getDataSourceProperties().get("options"))
            + (inUrl == null ? "" : inUrl.getProperty("options", ""));
    String limits =
        SESSION.entrySet().stream()
            .filter(limit -> !options.contains(limit.getKey()))
            .map(limit -> "set %s = '%s'".formatted(limit.getKey(), limit.getValue()))
            .sorted()
            .collect(Collectors.joining("; "));
    return limits.isEmpty() ? null : limits;
  }
}
