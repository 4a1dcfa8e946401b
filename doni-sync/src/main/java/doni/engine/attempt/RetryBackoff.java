package doni.engine.attempt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter, so that devices that failed together do not retry
 * together.
 *
 * @param first maximum of the first delay; it doubles with each further failure
 * @param longest maximum of any delay
 */
public record RetryBackoff(Duration first, Duration longest, RandomGenerator random) {

  /** The wait before the try after the {@code failures}-th failure in a row, from 1. */
  public Duration after(int failures) {
    return Duration.ofMillis(random.nextLong(ceiling(failures).toMillis() + 1));
  }

  /** Returns the maximum delay after that many failures. */
  Duration ceiling(int failures) {
    Duration ceiling = first;
    for (int i = 1; i < failures && ceiling.compareTo(longest) < 0; i++) {
      ceiling = ceiling.multipliedBy(2);
    }
    return ceiling.compareTo(longest) < 0 ? ceiling : longest;
  }

  /** Returns a time around {@code interval}, up to a fifth earlier or later. */
  Duration around(Duration interval) {
    long millis = interval.toMillis();
    return Duration.ofMillis(millis - millis / 5 + random.nextLong(millis / 5 * 2 + 1));
  }
}
