package doni.engine.attempt;

import java.time.Duration;

/**
 * How a lane looks after devices that agree.
 *
 * @param resyncInterval after which such a device is looked at again, give or take a fifth
 */
public record ResyncPolicy(Duration resyncInterval, DriftMode drift) {

  /** What becomes of drift: of a difference that nobody asked for. */
  public enum DriftMode {
    /** It is repaired, with an event that says what differed. */
    ENFORCE,
    /** It is reported, in the task's details and by an event, and left alone. */
    REPORT,
    /** Nobody looks. */
    IGNORE
  }
}
