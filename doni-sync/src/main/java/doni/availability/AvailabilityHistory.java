package doni.availability;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How available a device was in the last 30 days.
 *
 * @param from the beginning of the period: 30 days ago, or when the device was first seen if that
 *     is later
 * @param onlineShare share of the period in which the device was online; null if it was never seen
 * @param intervals the newest ones that overlap the period, newest first
 */
public record AvailabilityHistory(
    Instant from,
    Instant until,
    @Nullable Double onlineShare,
    List<AvailabilityInterval> intervals) {

  /** The period of a history. */
  static final Duration PERIOD = Duration.ofDays(30);

  public AvailabilityHistory {
    intervals = List.copyOf(intervals);
  }

  /**
   * A time without a change.
   *
   * @param end null while it lasts
   */
  public record AvailabilityInterval(
      AvailabilityStatus status, Instant begin, @Nullable Instant end) {}
}
