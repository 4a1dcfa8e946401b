package doni.engine.attempt;

import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.task.WorkerTaskStore.ClaimStatus;
import doni.worker.WriteGate;
import doni.worker.WriteGate.ClosedGateException.ClosedReason;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
  private final Consumer<Map<String, @Nullable Object>> announced;
  private boolean passed;

  /**
   * @param policy of the lane
   * @param status asks the database
   * @param announced records details before a write
   * @param guard keeps an interrupt of the worker's code away from that
   */
  public ClaimGate(
      ResyncPolicy policy,
      Supplier<ClaimStatus> status,
      Consumer<Map<String, @Nullable Object>> announced,
      InterruptGuard guard) {
    this.shadow = policy.isShadow();
    this.status = status;
    this.announced = announced;
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

  @Override
  public void announce(Map<String, @Nullable Object> details) {
    if (shadow) {
      return;
    }
    asked(() -> {
      announced.accept(details);
      return ClaimStatus.HELD;
    });
  }

  /** Checks as {@link #pass} does, without a write that follows. */
  public void check() {
    switch (asked(status)) {
      case HELD -> {}
      case QUARANTINED -> throw new ClosedGateException(ClosedReason.QUARANTINED);
      case LOST -> throw new ClosedGateException(ClosedReason.CLAIM_LOST);
    }
  }

  private ClaimStatus asked(Supplier<ClaimStatus> database) {
    try {
      return guard.outside(database);
    } catch (DataAccessException | TransactionException e) {
      LOG.debug("The claim could not be checked; no further write", e);
      throw new ClosedGateException(ClosedReason.UNKNOWN);
    }
  }

  /** Returns whether a write was admitted, and so may have reached the backend. */
  public boolean hasAdmitted() {
    return passed;
  }
}
