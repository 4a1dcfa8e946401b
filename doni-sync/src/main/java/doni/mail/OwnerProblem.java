package doni.mail;

import doni.enrollment.HardwareId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A problem of a device, as its contact is told of it or of its end.
 *
 * @param reason what the site says; null where it says nothing
 * @param advice what the owner does next; null for the advice of the cause
 * @param incident whether many devices were lost together with this one
 * @param endedAt null while it lasts
 */
record OwnerProblem(
    HardwareId device,
    String name,
    ProblemCause cause,
    Instant since,
    @Nullable String reason,
    @Nullable String advice,
    boolean incident,
    @Nullable Instant endedAt) {

  /** What an owner is told about. */
  enum ProblemCause {
    /** The device does not respond. */
    OFFLINE("does not respond", "responds again", "check the power and the network of the device"),
    /** A step of the way to Ready is not reached, or a task has an error. */
    STUCK(
        "is not ready",
        "is ready",
        "correct what the reason names, if you entered it; otherwise ask your operator"),
    /** The machine has a key that Balena no longer accepts. */
    NEEDS_BAKE(
        "must be baked again",
        "has its new key",
        "write the new config.json to the boot partition of the device, and restart it");

    private final String began;
    private final String ended;
    private final String advice;

    ProblemCause(String began, String ended, String advice) {
      this.began = began;
      this.ended = ended;
      this.advice = advice;
    }

    /** Returns what a device does, after its name. */
    String began() {
      return began;
    }

    /** Returns what a device does when it is over, after its name. */
    String ended() {
      return ended;
    }

    String advice() {
      return advice;
    }
  }
}
