package doni.database;

import java.net.SocketTimeoutException;
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
public final class DatabaseOutageDetector {

  /**
   * Postgres' error classes: connection exception, invalid transaction state (a read-only server, a
   * standby), transaction rollback (deadlock), insufficient resources, object not in prerequisite
   * state (a lock, a server in recovery), operator intervention (shutdown, statement time-out),
   * system error, internal error.
   */
  private static final Set<String> CLASSES = Set.of("08", "25", "40", "53", "55", "57", "58", "XX");

  /**
   * States after which a connection is as good as before: failed transaction, rollback, wait for a
   * lock, canceled statement.
   */
  private static final Set<String> HARMLESS =
      Set.of("25P02", "40001", "40P01", "55P03", "55006", "57014");

  /** A write on a standby or on a server that was made read-only. */
  private static final String READ_ONLY = "25006";

  /**
   * HikariCP's message, without an SQL state, for a connection that it closed after a failure. A
   * rollback on that connection fails with it and hides the original exception.
   */
  private static final String CONNECTION_CLOSED = "Connection is closed";

  private static final int MAX_DEPTH = 20;

  private DatabaseOutageDetector() {}

  /** Returns whether an unavailable database is among the causes of a failure. */
  public static boolean causes(Throwable failure) {
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
    return state != null && state.length() == 5 && CLASSES.contains(state.substring(0, 2));
  }

  /** Returns whether the connection that failed is of no further use. */
  static boolean breaksConnection(SQLException failure) {
    String state = failure.getSQLState();
    return isOutage(state) && !HARMLESS.contains(state);
  }

  /** Returns whether other connections to the same server are of no further use either. */
  static boolean concernsServer(SQLException failure) {
    String state = String.valueOf(failure.getSQLState());
    return state.equals(READ_ONLY)
        || state.startsWith("57P")
        || (state.startsWith("08") && hasCause(failure, SocketTimeoutException.class));
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
      if (type.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
