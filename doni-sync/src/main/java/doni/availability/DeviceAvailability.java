package doni.availability;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device responds, as it is published.
 *
 * @param since when the status was published
 * @param lastSeen when the device last responded to any source; null before the first time
 * @param reason one line for the device's owner
 * @param observed whether any source can see the device at the moment; otherwise the status is the
 *     last one known
 */
public record DeviceAvailability(
    AvailabilityStatus status,
    Instant since,
    @Nullable Instant lastSeen,
    String reason,
    boolean observed) {

  /** The reason while no source has said anything about a device. */
  static final String UNKNOWN_DEVICE = "no backend has reported the device yet";

  /** Returns the availability of a device that no source has said anything about. */
  public static DeviceAvailability neverSeen(Instant enrolledAt) {
    return new DeviceAvailability(
        AvailabilityStatus.NEVER_SEEN, enrolledAt, null, UNKNOWN_DEVICE, true);
  }

  /** The published values. */
  public enum AvailabilityStatus {
    ONLINE,
    /** The device responds, but not to every backend, or cannot be used. */
    DEGRADED,
    OFFLINE,
    NEVER_SEEN;

    /** Returns the value as clients see it. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether a change to this value is bad news. */
    boolean isWorseThan(AvailabilityStatus other) {
      return rank() > other.rank();
    }

    /** A device that was never seen cannot be lost: from there, every change is good news. */
    private int rank() {
      return switch (this) {
        case ONLINE -> 0;
        case DEGRADED -> 1;
        case OFFLINE -> 2;
        case NEVER_SEEN -> 3;
      };
    }
  }
}
