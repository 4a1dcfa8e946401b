package doni.worker.blazar;

import java.time.Instant;

/** When a lease is to begin. */
sealed interface Start {

  /** At once: what Blazar wants to hear of a time that lies in the past. */
  record Now() implements Start {}

  /**
   * @param minute in the current minute or later
   */
  record At(Instant minute) implements Start {}

  /** The time that is meant. */
  default Instant from(Instant now) {
    return switch (this) {
      case Now _ -> now;
      case At(Instant minute) -> minute;
    };
  }
}
