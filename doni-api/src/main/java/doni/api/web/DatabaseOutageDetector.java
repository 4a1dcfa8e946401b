package doni.api.web;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionTimedOutException;

/** Distinguishes an unavailable or overloaded database, where a retry helps, from a defect. */
final class DatabaseOutageDetector {

  /**
   * Postgres' error classes: connection exception, insufficient resources, operator intervention
   * (shutdown, statement time-out), transaction rollback (deadlock), lock not available.
   */
  private static final Set<String> CLASSES = Set.of("08", "53", "57", "40");

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * HikariCP's message, without an SQL state, for a connection that it closed after a failure. A
   * rollback on that connection fails with it and hides the original exception.
   */
  private static final String CONNECTION_CLOSED = "Connection is closed";

  private static final int MAX_DEPTH = 20;

  private DatabaseOutageDetector() {}

  static boolean causes(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (isOutage(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean isOutage(Throwable failure) {
    return switch (failure) {
      case DataAccessResourceFailureException _,
          QueryTimeoutException _,
          PessimisticLockingFailureException _,
          CannotCreateTransactionException _,
          TransactionTimedOutException _,
          SQLTransientConnectionException _,
          SQLRecoverableException _,
          SQLTimeoutException _ ->
          true;
      case SQLException e -> isOutage(e.getSQLState()) || CONNECTION_CLOSED.equals(e.getMessage());
      default -> false;
    };
  }

  private static boolean isOutage(@Nullable String state) {
    return state != null
        && state.length() == 5
        && (CLASSES.contains(state.substring(0, 2)) || state.equals(LOCK_NOT_AVAILABLE));
  }
}
