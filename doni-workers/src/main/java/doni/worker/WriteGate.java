package doni.worker;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides, right before each write of an attempt, whether the write may still be sent. A replica
 * that stood still for a while must not write for hardware that another replica has taken over, or
 * that is quarantined by now.
 *
 * <p>What is in flight when the right to write is lost cannot be called back; so the gate is passed
 * as late as possible: after locks were acquired and after the last read before the write.
 */
@FunctionalInterface
public interface WriteGate {

  /** A gate that admits every write. */
  WriteGate OPEN = () -> {};

  /**
   * Returns if one write may be sent now.
   *
   * @throws ClosedGateException if no further write may be sent in this attempt
   */
  void pass();

  /** Sends a write if it may be sent now. */
  default <R> R admit(Supplier<R> write) {
    pass();
    return write.get();
  }

  /**
   * Records details before a write whose effect is found by the record alone. If the replica dies
   * in that write, they lead later attempts to what it made, even if the enrollment has changed
   * since.
   *
   * @param details merged into what the task has recorded, as at the end of an attempt
   */
  default void announce(Map<String, @Nullable Object> details) {}

  /** Ends an attempt that may not write any more. A worker does not catch it. */
  final class ClosedGateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why an attempt may not write any more. */
    public enum ClosedReason {
      /** Another replica has taken the attempt over, or the hardware is gone. */
      CLAIM_LOST,
      /** The hardware was quarantined. */
      QUARANTINED,
      /** The lane only observes and reports. */
      SHADOW,
      /** Whether the attempt may write is unknown, because the database did not answer. */
      UNKNOWN
    }

    private final ClosedReason reason;

    public ClosedGateException(ClosedReason reason) {
      super("no further write: " + reason);
      this.reason = reason;
    }

    public ClosedReason reason() {
      return reason;
    }
  }
}
