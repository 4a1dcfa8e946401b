package doni.database;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gauge that is read from the database without delaying the collection of metrics: the other
 * metrics are needed most while the database is unavailable. It is not a number where the database
 * does not answer in a moment, since zero would say that all is well.
 */
public final class BackgroundDatabaseGauge {

  private static final Logger LOG = LoggerFactory.getLogger(BackgroundDatabaseGauge.class);
  private static final Duration MOMENT = Duration.ofMillis(250);

  private final DoubleSupplier read;
  private @Nullable CompletableFuture<Double> reading;

  private BackgroundDatabaseGauge(DoubleSupplier read) {
    this.read = read;
  }

  /**
   * Adds one to what is measured.
   *
   * @param unit null for a number of things
   * @param read asks the database, for as long as that takes
   */
  public static void register(
      MeterRegistry meters, String name, Tags tags, @Nullable String unit, DoubleSupplier read) {
    Gauge.builder(name, new BackgroundDatabaseGauge(read), BackgroundDatabaseGauge::value)
        .strongReference(true)
        .tags(tags)
        .baseUnit(unit)
        .register(meters);
  }

  private double value() {
    try {
      return reading().get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("A gauge was not read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Double.NaN;
  }

  /** One at a time, however often it is asked for. */
  private synchronized CompletableFuture<Double> reading() {
    CompletableFuture<Double> under = reading;
    if (under == null || under.isDone()) {
      under = CompletableFuture.supplyAsync(read::getAsDouble, Thread::startVirtualThread);
      reading = under;
    }
    return under;
  }
}
