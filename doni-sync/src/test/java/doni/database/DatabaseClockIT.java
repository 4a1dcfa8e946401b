package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariDataSource;
import doni.testing.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.TemporalUnitOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The tests' database is on this machine, so its clock is this machine's. */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseClockIT {

  private static final TemporalUnitOffset CLOSE = within(500, ChronoUnit.MILLIS);

  private static final HikariDataSource DATABASE = connect();

  private final LocalClock local = new LocalClock();
  private final AtomicLong suspended = new AtomicLong();
  private final DatabaseClock clock =
      new DatabaseClock(DATABASE, local, () -> System.nanoTime() - suspended.get());

  /** A clock that is off by as much as the test says. */
  private static final class LocalClock extends Clock {
    private Duration ahead = Duration.ofMinutes(2);

    @Override
    public Instant instant() {
      return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static HikariDataSource connect() {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(TestPostgres.newDatabase());
    pool.setUsername(TestPostgres.USER);
    pool.setPassword(TestPostgres.PASSWORD);
    pool.setMaximumPoolSize(1);
    return pool;
  }

  @AfterAll
  static void disconnect() {
    DATABASE.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {-120, 0, 120})
  void showsTheTimeOfTheDatabase(long ahead) {
    local.ahead = Duration.ofSeconds(ahead);

    clock.compare();

    assertThat(clock.instant()).isCloseTo(Instant.now(), CLOSE);
  }

  @Test
  void startsWithTheLocalTime() {
    assertThat(clock.instant()).isCloseTo(local.instant(), CLOSE);
  }

  @Test
  void keepsCountingWhenTheLocalClockJumps() {
    clock.compare();

    local.ahead = Duration.ofHours(-3);

    assertThat(clock.instant()).isCloseTo(Instant.now(), CLOSE);
  }

  @Test
  void catchesUpAfterTheMachineWasSuspended() {
    clock.compare();
    suspended.set(Duration.ofSeconds(45).toNanos());
    assertThat(clock.instant()).isCloseTo(Instant.now().minusSeconds(45), CLOSE);

    clock.compare();

    assertThat(clock.instant()).isCloseTo(Instant.now(), CLOSE);
  }

  @Test
  void keepsCountingWhileTheDatabaseIsUnavailable() {
    HikariDataSource closed = new HikariDataSource();
    closed.close();
    DatabaseClock alone = new DatabaseClock(closed, local);

    alone.compare();

    assertThat(alone.instant()).isCloseTo(local.instant(), CLOSE);
  }

  @Test
  void reportsOnceHowFarTheLocalClockIsOff(CapturedOutput output) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    clock.register(meters);

    clock.compare();
    clock.compare();

    assertThat(output.getAll())
        .containsOnlyOnce(
            "The local clock is 120 s ahead of the database's; lanes use the database's."
                + " Synchronize both by NTP");
    assertThat(meters.get("doni.clock.offset").gauge().value()).isCloseTo(120, within(0.5));
    local.ahead = Duration.ZERO;
    clock.compare();
    assertThat(output.getAll())
        .containsOnlyOnce("The local clock agrees with the database's again");
    assertThat(meters.get("doni.clock.offset").gauge().value()).isCloseTo(0, within(0.5));
  }

  /** The error bound that the class states, with answers that take up to two seconds. */
  @Test
  void differsFromTheDatabaseByAtMostTheDurationOfTheLastQuestion() {
    Random random = new Random(11);
    AtomicLong now = new AtomicLong();
    DatabaseClock counting =
        new DatabaseClock(
            DATABASE, Clock.fixed(Instant.EPOCH.plusSeconds(120), ZoneOffset.UTC), now::get);
    // The database's clock shows the epoch plus the monotonic time, and drifts by 500 ppm.
    for (int question = 0; question < 10_000; question++) {
      long asked = now.addAndGet(random.nextLong(4_000_000_000L));
      long took = random.nextLong(1, random.nextInt(10) == 0 ? 2_000_000_000L : 2_000_000L);
      Instant theirs = databaseTime(asked + random.nextLong(took));
      long answered = now.addAndGet(took);

      counting.correct(theirs, asked, answered);

      Duration error = Duration.between(databaseTime(answered), counting.instant()).abs();
      assertThat(error).isLessThanOrEqualTo(Duration.ofNanos(took + took / 1_000 + 2));
    }
  }

  private static Instant databaseTime(long monotonic) {
    return Instant.EPOCH.plusNanos(monotonic + monotonic / 2_000);
  }
}
