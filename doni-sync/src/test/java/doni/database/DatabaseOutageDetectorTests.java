package doni.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.CannotCreateTransactionException;

class DatabaseOutageDetectorTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "08006", "08001", "25006", "25P03", "40001", "40P01", "53100", "53200", "53300", "55000",
        "55P03", "57014", "57P01", "57P03", "58000", "58030", "XX000", "XX001"
      })
  void isAnOutageByPostgresCode(String state) {
    assertThat(DatabaseOutageDetector.causes(new SQLException("x", state))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "22021", "42601", "42501", "", "0800"})
  void isADefectByPostgresCode(String state) {
    assertThat(DatabaseOutageDetector.causes(new SQLException("x", state))).isFalse();
  }

  @Test
  void isAnOutageWhateverWrapsIt() {
    Exception pool = new SQLTransientConnectionException("no connection after 5 s");

    assertThat(DatabaseOutageDetector.causes(new CannotCreateTransactionException("x", pool)))
        .isTrue();
    assertThat(DatabaseOutageDetector.causes(new IllegalStateException(new IOException(pool))))
        .isTrue();
    assertThat(DatabaseOutageDetector.causes(new QueryTimeoutException("x"))).isTrue();
    assertThat(DatabaseOutageDetector.causes(new CannotAcquireLockException("x"))).isTrue();
  }

  /** HikariCP's words for a connection that it closed because it broke. */
  @Test
  void isAnOutageWhenTheRollbackFindsTheConnectionClosed() {
    Exception closed = new SQLException("Connection is closed");

    assertThat(DatabaseOutageDetector.causes(new IllegalStateException("cannot roll back", closed)))
        .isTrue();
  }

  @Test
  void isNoOutageWhenOurQueryIsWrong() {
    assertThat(DatabaseOutageDetector.causes(new DataIntegrityViolationException("x"))).isFalse();
    assertThat(DatabaseOutageDetector.causes(new SQLException("no state"))).isFalse();
    assertThat(DatabaseOutageDetector.causes(new IllegalArgumentException("x"))).isFalse();
  }

  @Test
  void survivesCausesInACircle() {
    Exception one = new IllegalStateException("one");
    Exception two = new IllegalStateException("two", one);
    one.initCause(two);

    assertThat(DatabaseOutageDetector.causes(one)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"08006", "25006", "53100", "55000", "57P01", "58030", "XX000"})
  void breaksAConnectionThatMayNotReturnIntoThePool(String state) {
    assertThat(DatabaseOutageDetector.breaksConnection(new SQLException("x", state))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"23505", "25P02", "40001", "40P01", "55P03", "57014", "42601"})
  void leavesAConnectionWhoseStatementOrTransactionFailed(String state) {
    assertThat(DatabaseOutageDetector.breaksConnection(new SQLException("x", state))).isFalse();
  }

  @Test
  void concernsEveryConnectionWhenTheServerIsAtFault() {
    SQLException silent =
        new SQLException("x", "08006", new SocketTimeoutException("Read timed out"));

    assertThat(DatabaseOutageDetector.concernsServer(silent)).isTrue();
    assertThat(DatabaseOutageDetector.concernsServer(new SQLException("x", "25006"))).isTrue();
    assertThat(DatabaseOutageDetector.concernsServer(new SQLException("x", "57P01"))).isTrue();
    assertThat(DatabaseOutageDetector.concernsServer(new SQLException("x", "08006"))).isFalse();
    assertThat(DatabaseOutageDetector.concernsServer(new SQLException("x", "53100"))).isFalse();
  }
}
