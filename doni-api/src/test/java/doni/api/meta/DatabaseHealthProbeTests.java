package doni.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseHealthProbeTests {

  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00Z");

  private final DataSource database = mock(DataSource.class);
  private final Connection connection = mock(Connection.class);
  private final Statement statement = mock(Statement.class);
  private final Clock clock = mock(Clock.class);
  private final DatabaseHealthProbe probe = new DatabaseHealthProbe(database, clock);

  @BeforeEach
  void isWell() throws SQLException {
    when(clock.instant()).thenReturn(NOON);
    when(database.getConnection()).thenReturn(connection);
    when(connection.createStatement()).thenReturn(statement);
    when(statement.execute(anyString())).thenReturn(true);
  }

  @Test
  void saysThatAWriteIsPossible() throws SQLException {
    assertThat(probe.acceptsWrites()).isTrue();
    verify(connection).setNetworkTimeout(any(), eq(3_000));
    verify(connection).close();
  }

  @Test
  void saysThatThereIsNoConnection() throws SQLException {
    when(database.getConnection()).thenThrow(new SQLException("refused"));

    assertThat(probe.acceptsWrites()).isFalse();
  }

  @Test
  void saysThatTheDatabaseIsReadOnly() throws SQLException {
    when(statement.execute(anyString())).thenThrow(new SQLException("read-only", "25006"));

    assertThat(probe.acceptsWrites()).isFalse();
  }

  @Test
  void asksASilentDatabaseOnceAndDoesNotWaitForIt() throws SQLException {
    CountDownLatch silence = new CountDownLatch(1);
    when(database.getConnection())
        .thenAnswer(call -> {
          silence.await();
          return connection;
        });
    DatabaseHealthProbe hasty = new DatabaseHealthProbe(database, clock, Duration.ofMillis(20));

    assertThat(hasty.acceptsWrites()).isFalse();
    when(clock.instant()).thenReturn(NOON.plusSeconds(2));
    assertThat(hasty.acceptsWrites()).isFalse();

    verify(database, times(1)).getConnection();
    silence.countDown();
  }

  @Test
  void asksOnceASecondOnly() throws SQLException {
    probe.acceptsWrites();
    probe.acceptsWrites();
    verify(database, times(1)).getConnection();

    when(clock.instant()).thenReturn(NOON.plusMillis(1_001));
    probe.acceptsWrites();
    verify(database, times(2)).getConnection();
  }

  @Test
  void givesTheSameAnswerToThoseWhoWaitedForIt() throws SQLException {
    when(database.getConnection())
        .thenAnswer(call -> {
          when(clock.instant()).thenReturn(NOON.plusSeconds(5));
          throw new SQLException("refused");
        });

    probe.acceptsWrites();
    probe.acceptsWrites();

    verify(database, times(1)).getConnection();
  }
}
