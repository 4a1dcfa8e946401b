package doni.convergence;

import doni.backend.BackendException;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;

/** Applies plans as the engine does. */
public final class AppliedPlan {

  private AppliedPlan() {}

  /**
   * Returns how the plan ended. A failed call is classified when the plan has something to record.
   *
   * @throws BackendException if a call failed and there is nothing to record
   */
  public static Outcome of(ReconcilePlan plan) {
    try {
      return plan.apply(WriteGate.OPEN);
    } catch (BackendException e) {
      if (plan.written().isEmpty() && plan.unfinishedDetails().isEmpty()) {
        throw e;
      }
      return FailureClassifier.classify(e, plan);
    }
  }
}
