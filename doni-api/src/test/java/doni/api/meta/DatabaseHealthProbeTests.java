package doni.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseHealthProbeTests {

  private static final Instant NOON = Instant.parse("2031-03-03T12:00:00Z");

  private final DataSource database = mock(DataSource.class);
  private final Connection connection = mock(Connection.class);
  private final Clock clock = mock(Clock.class);
  private final DatabaseHealthProbe probe = new DatabaseHealthProbe(database, clock);

  @BeforeEach
  void isWell() throws SQLException {
    when(clock.instant()).thenReturn(NOON);
    when(database.getConnection()).thenReturn(connection);
    when(connection.isValid(2)).thenReturn(true);
  }

  @Test
  void saysThatTheDatabaseAnswers() throws SQLException {
    assertThat(probe.answers()).isTrue();
    verify(connection).close();
  }

  @Test
  void saysThatThereIsNoConnection() throws SQLException {
    when(database.getConnection()).thenThrow(new SQLException("refused"));

    assertThat(probe.answers()).isFalse();
  }

  @Test
  void saysThatAConnectionIsDead() throws SQLException {
    when(connection.isValid(2)).thenReturn(false);

    assertThat(probe.answers()).isFalse();
  }

  @Test
  void asksOnceASecondOnly() throws SQLException {
    probe.answers();
    probe.answers();
    verify(database, times(1)).getConnection();

    when(clock.instant()).thenReturn(NOON.plusMillis(1_001));
    probe.answers();
    verify(database, times(2)).getConnection();
  }

  @Test
  void givesTheSameAnswerToThoseWhoWaitedForIt() throws SQLException {
    when(database.getConnection())
        .thenAnswer(call -> {
          when(clock.instant()).thenReturn(NOON.plusSeconds(5));
          throw new SQLException("refused");
        });

    probe.answers();
    probe.answers();

    verify(database, times(1)).getConnection();
  }
}
