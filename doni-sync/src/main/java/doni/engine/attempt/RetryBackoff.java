package doni.engine.attempt;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: exponential with full jitter, so that devices which failed
 * together do not come back together.
 *
 * @param first the longest first wait; it doubles with every further one
 * @param longest what it never exceeds
 */
public record RetryBackoff(Duration first, Duration longest, RandomGenerator random) {

  /** The wait before the try after the {@code failures}-th failure in a row, from 1. */
  public Duration after(int failures) {
    return Duration.ofMillis(random.nextLong(ceiling(failures).toMillis() + 1));
  }

  /** The longest wait after that many failures. */
  Duration ceiling(int failures) {
    Duration ceiling = first;
    for (int i = 1; i < failures && ceiling.compareTo(longest) < 0; i++) {
      ceiling = ceiling.multipliedBy(2);
    }
    return ceiling.compareTo(longest) < 0 ? ceiling : longest;
  }

  /** A time around {@code interval}, a fifth earlier to a fifth later. */
  Duration around(Duration interval) {
    long millis = interval.toMillis();
    return Duration.ofMillis(millis - millis / 5 + random.nextLong(millis / 5 * 2 + 1));
  }
}
