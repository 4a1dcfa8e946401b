package doni.engine.attempt;

import java.time.Duration;

/**
 * How a lane treats devices that are steady.
 *
 * @param resyncInterval time until a steady device is observed again, give or take a fifth
 */
public record ResyncPolicy(Duration resyncInterval, DriftMode drift) {

  /** What happens to drift: a difference that no change of the enrollment explains. */
  public enum DriftMode {
    /** Drift is repaired, with an event that names the differences. */
    ENFORCE,
    /** Drift is reported, in the task's details and by an event, and left alone. */
    REPORT,
    /** Steady devices are not observed. */
    IGNORE
  }
}
