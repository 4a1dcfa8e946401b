package doni.console;

import doni.availability.AvailabilityHistory;
import doni.availability.AvailabilityHistory.AvailabilityInterval;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The availability of the last 30 days as a strip of {@value #WIDTH} units, from the oldest moment
 * to now.
 *
 * @param share of the time online, in percent; null if the device was never seen
 * @param intervals what the strip shows, as a table; the newest ones, newest first
 */
record AvailabilityStrip(
    Instant from,
    @Nullable Double share,
    List<StripSegment> segments,
    List<AvailabilityInterval> intervals) {

  static final int WIDTH = 1_000;

  private static final int MOST_ROWS = 50;
  private static final Duration PERIOD = Duration.ofDays(30);

  /** A part of the strip. A short outage is at least one unit wide, so that it can be seen. */
  record StripSegment(AvailabilityStatus status, long start, long width) {}

  static AvailabilityStrip of(AvailabilityHistory history) {
    Instant begin = history.until().minus(PERIOD);
    List<StripSegment> segments = new ArrayList<>();
    for (AvailabilityInterval interval : history.intervals().reversed()) {
      long start = unit(begin, interval.begin());
      long end = unit(begin, interval.end() == null ? history.until() : interval.end());
      segments.add(new StripSegment(interval.status(), start, Math.max(1, end - start)));
    }
    return new AvailabilityStrip(
        history.from(),
        history.onlineShare() == null ? null : 100 * history.onlineShare(),
        List.copyOf(segments),
        history.intervals().stream().limit(MOST_ROWS).toList());
  }

  private static long unit(Instant begin, Instant at) {
    long millis = Math.clamp(Duration.between(begin, at).toMillis(), 0, PERIOD.toMillis());
    return WIDTH * millis / PERIOD.toMillis();
  }
}
