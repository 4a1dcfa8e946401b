package doni.enrollment;

import java.time.Instant;
import java.util.UUID;

/** A time in which a device may be reserved: from {@code start} on, before {@code end}. */
public record ReservationWindow(UUID uuid, Instant start, Instant end) {

  public ReservationWindow {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException("a window's start must be before its end");
    }
  }
}
