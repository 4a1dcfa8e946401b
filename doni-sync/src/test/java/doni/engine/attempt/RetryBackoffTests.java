package doni.engine.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryBackoffTests {

  private final RetryBackoff backOff =
      new RetryBackoff(Duration.ofSeconds(1), Duration.ofMinutes(5), new Random(7));

  @Test
  void doublesFromOneSecondToFiveMinutes() {
    assertThat(IntStream.rangeClosed(1, 11).mapToLong(n -> backOff.ceiling(n).toSeconds()))
        .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
  }

  @Test
  void staysAtTheLongestWaitHoweverOftenItFails() {
    assertThat(backOff.ceiling(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void spreadsAWaitOverAllOfItsRange() {
    long[] millis =
        LongStream.range(0, 1_000).map(_ -> backOff.after(5).toMillis()).sorted().toArray();

    assertThat(millis[0]).isLessThan(1_000);
    assertThat(millis[999]).isBetween(15_000L, 16_000L);
    assertThat(millis[500]).isBetween(7_000L, 9_000L);
  }

  @Test
  void spreadsARegularLookByAFifth() {
    long[] seconds =
        LongStream.range(0, 1_000)
            .map(_ -> backOff.around(Duration.ofHours(1)).toSeconds())
            .sorted()
            .toArray();

    assertThat(seconds[0]).isBetween(2_880L, 2_920L);
    assertThat(seconds[999]).isBetween(4_280L, 4_320L);
  }
}
