package doni.device;

import java.time.Instant;
import java.util.UUID;

/** A time in which a device may be reserved: from {@code start} on, before {@code end}. */
public record Window(UUID uuid, Instant start, Instant end) {

  public Window {
    if (!start.isBefore(end)) {
      throw new IllegalArgumentException("a window's start must be before its end");
    }
  }
}
