package doni.database;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of the database, which all replicas share: their own clocks may be wrong, and differ.
 *
 * <p>Counts with the monotonic time of the process, so a step of the local clock does not move it,
 * and asks the database every 4 s whether the count is right. Until the first answer it counts from
 * the local time.
 *
 * <p>An answer was given at some moment between question and answer. A count that agrees with one
 * of these moments stays; any other continues from their middle. So it differs from the database's
 * clock by at most the duration of the last question, plus the drift of the monotonic time since
 * then (2 ms in 4 s at 500 ppm, the most that NTP corrects by). A machine that was suspended may be
 * behind by the time it slept, until the next answer.
 */
public final class DatabaseClock extends Clock {

  /** As often as a replica renews the heartbeats of its attempts. */
  private static final Duration INTERVAL = Duration.ofSeconds(4);

  /** A local clock that differs by more is reported; {@code doctor} has the same limit. */
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);

  private final DataSource database;
  private final Clock local;
  private final LongSupplier nanos;
  private final DatabasePoller poller = new DatabasePoller("database-clock", 1);
  private volatile Reading reading;
  private volatile Duration localAhead = Duration.ZERO;
  private boolean reported;

  /** A time of the database, and the monotonic time then. */
  private record Reading(Instant instant, long nanos) {}

  public DatabaseClock(DataSource database, Clock local) {
    this(database, local, System::nanoTime);
  }

  /**
   * @param nanos the monotonic time
   */
  DatabaseClock(DataSource database, Clock local, LongSupplier nanos) {
    this.database = database;
    this.local = local;
    this.nanos = nanos;
    this.reading = new Reading(local.instant(), nanos.getAsLong());
  }

  /** Asks the database now, and from now on every 4 s. */
  public void start() {
    compare();
    poller.every("Reading the database's clock", INTERVAL, INTERVAL, this::compare);
  }

  public void stop() {
    poller.stopNow();
  }

  /** Registers {@code doni.clock.offset.seconds}: how far the local clock is ahead. */
  void register(MeterRegistry meters) {
    Gauge.builder("doni.clock.offset", this, clock -> clock.localAhead.toNanos() / 1e9)
        .baseUnit("seconds")
        .description("How far the local clock is ahead of the database's")
        .register(meters);
  }

  /** Compares the count, and the local clock, with the database's clock. */
  void compare() {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      // A first statement may wait for more than the answer, for example for a new connection.
      long asked = nanos.getAsLong();
      Instant theirs = ask(statement);
      correct(theirs, asked, nanos.getAsLong());
    } catch (SQLException e) {
      LOG.debug("The database's clock was not read", e);
      return;
    }
    localAhead = Duration.between(instant(), local.instant());
    report();
  }

  private static Instant ask(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("select clock_timestamp() as now")) {
      row.next();
      return TimestampColumns.instant(row, "now");
    }
  }

  void correct(Instant theirs, long asked, long answered) {
    // Else a count that is right would be moved to and fro, and time would go backward.
    boolean agrees = !theirs.isBefore(at(asked)) && !theirs.isAfter(at(answered));
    if (!agrees) {
      reading = new Reading(theirs, asked + (answered - asked) / 2);
    }
  }

  private void report() {
    boolean off = localAhead.abs().compareTo(TOLERATED) > 0;
    if (off && !reported) {
      LOG.warn(
          "The local clock is {} s {} the database's; lanes use the database's."
              + " Synchronize both by NTP",
          Math.round(localAhead.abs().toMillis() / 1_000.0),
          localAhead.isNegative() ? "behind" : "ahead of");
    } else if (!off && reported) {
      LOG.info("The local clock agrees with the database's again");
    }
    reported = off;
  }

  @Override
  public Instant instant() {
    return at(nanos.getAsLong());
  }

  private Instant at(long moment) {
    Reading last = reading;
    return last.instant().plusNanos(moment - last.nanos());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the database's clock shows UTC");
  }
}
