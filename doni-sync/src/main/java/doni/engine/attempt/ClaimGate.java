package doni.engine.attempt;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.task.WorkerTaskStore.ClaimStatus;
import doni.worker.WriteGate;
import doni.worker.WriteGate.ClosedGateException.ClosedReason;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Admits the writes of one attempt, or of one cleanup, as long as its claim is its own, and none in
 * a lane in shadow. Asks the database each time: a replica cannot know how long it stood still.
 */
public final class ClaimGate implements WriteGate {

  private static final Logger LOG = LoggerFactory.getLogger(ClaimGate.class);

  private final Supplier<ClaimStatus> status;
  private final InterruptGuard guard;
  private final boolean shadow;
  private boolean passed;

  /**
   * @param policy of the lane
   * @param status asks the database
   * @param guard keeps an interrupt of the worker's code away from that
   */
  public ClaimGate(ResyncPolicy policy, Supplier<ClaimStatus> status, InterruptGuard guard) {
    this.shadow = policy.isShadow();
    this.status = status;
    this.guard = guard;
  }

  @Override
  public void pass() {
    if (shadow) {
      throw new ClosedGateException(ClosedReason.SHADOW);
    }
    check();
    passed = true;
  }

  /** Checks as {@link #pass} does, without a write that follows. */
  public void check() {
    ClaimStatus now;
    try {
      now = guard.outside(status);
    } catch (DataAccessException | TransactionException e) {
      LOG.debug("The claim could not be checked; no further write", e);
      throw new ClosedGateException(ClosedReason.UNKNOWN);
    }
    switch (now) {
      case HELD -> {}
      case QUARANTINED -> throw new ClosedGateException(ClosedReason.QUARANTINED);
      case LOST -> throw new ClosedGateException(ClosedReason.CLAIM_LOST);
    }
  }

  /** Returns whether a write was admitted, and so may have reached the backend. */
  public boolean hasAdmitted() {
    return passed;
  }
}
