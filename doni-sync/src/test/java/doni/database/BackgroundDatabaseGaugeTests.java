package doni.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class BackgroundDatabaseGaugeTests {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private void register(DoubleSupplier read) {
    BackgroundDatabaseGauge.register(meters, "gauge", Tags.of("of", "test"), null, read);
  }

  private double value() {
    return meters.get("gauge").tag("of", "test").gauge().value();
  }

  @Test
  void isReadEachTimeItIsAskedFor() {
    AtomicInteger reads = new AtomicInteger();
    register(reads::incrementAndGet);

    await().untilAsserted(() -> assertThat(value()).isPositive());
    int read = reads.get();
    await().untilAsserted(() -> assertThat(value()).isGreaterThan(read));
  }

  @Test
  void isNotANumberWhereItCannotBeRead() {
    register(() -> {
      throw new IllegalStateException("no database");
    });

    assertThat(value()).isNaN();
  }

  @Test
  void waitsForNoDatabaseThatDoesNotAnswerAndAsksItOnlyOnce() {
    AtomicInteger reads = new AtomicInteger();
    CountDownLatch answers = new CountDownLatch(1);
    register(() -> {
      reads.incrementAndGet();
      try {
        answers.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return 7;
    });

    assertThat(value()).isNaN();
    assertThat(value()).isNaN();
    assertThat(reads).hasValue(1);

    answers.countDown();
    await().untilAsserted(() -> assertThat(value()).isEqualTo(7));
  }
}
