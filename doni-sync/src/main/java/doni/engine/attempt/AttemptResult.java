package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import doni.worker.WriteGate.ClosedGateException;
import doni.worker.WriteGate.ClosedGateException.ClosedReason;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one attempt ended, as the engine sees it. */
public sealed interface AttemptResult {

  /** Every value of {@link #label}, and {@link #LOST}. */
  List<String> LABELS =
      List.of("synced", "drifted", "shadowed", "deferred", "failed", "gone", "interrupted", "lost");

  /** Label of an attempt whose claim another replica took over before the result was recorded. */
  String LOST = "lost";

  /** Reason of an attempt that stopped because the database did not answer. */
  String UNCHECKED = "database did not answer before a write; retrying";

  /** Returns the name of the result in metrics and spans. */
  default String label() {
    return switch (this) {
      case Ended(Outcome.Synced synced) -> synced.unrepaired().isEmpty() ? "synced" : "drifted";
      case Ended(Outcome.Deferred _) -> "deferred";
      case Ended(Outcome.Failed _) -> "failed";
      case Ended(Outcome.Gone _) -> "gone";
      case Drifted _ -> "drifted";
      case Shadowed _ -> "shadowed";
      case Quarantined _ -> "deferred";
      case Interrupted _ -> "interrupted";
      case Lost _ -> LOST;
    };
  }

  /** Returns what the attempt wrote. */
  default List<Change> written() {
    return switch (this) {
      case Ended(Outcome outcome) -> outcome.changes();
      case Interrupted interrupted -> interrupted.changes();
      case Quarantined quarantined -> quarantined.made();
      case Lost lost -> lost.changes();
      case Drifted _, Shadowed _ -> List.of();
    };
  }

  /** Returns the details that are still to be recorded. */
  default Map<String, @Nullable Object> unrecorded() {
    return switch (this) {
      case Ended(Outcome outcome) -> outcome.details();
      case Interrupted interrupted -> interrupted.details();
      case Quarantined quarantined -> quarantined.details();
      case Lost lost -> lost.details();
      case Drifted _, Shadowed _ -> Map.of();
    };
  }

  /** The worker, or a failure, ended the attempt. */
  record Ended(Outcome outcome) implements AttemptResult {}

  /** Drift was found and left alone, because the lane's drift mode says so. */
  record Drifted(List<Change> changes) implements AttemptResult {
    public Drifted {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Something is to be written, but the lane is in shadow.
   *
   * @param changes that would be written; empty where the plan does not name them
   */
  record Shadowed(List<Change> changes) implements AttemptResult {
    public Shadowed {
      changes = List.copyOf(changes);
    }
  }

  /**
   * Something is to be written, but the device is quarantined.
   *
   * @param changes that were planned
   * @param made those of them that were written before the quarantine
   * @param details what must be recorded nevertheless
   */
  record Quarantined(List<Change> changes, List<Change> made, Map<String, @Nullable Object> details)
      implements AttemptResult {
    public Quarantined {
      changes = List.copyOf(changes);
      made = List.copyOf(made);
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /**
   * Another replica has taken the task over, or the task is gone.
   *
   * @param changes what was written before
   * @param details what leads to it
   */
  record Lost(List<Change> changes, Map<String, @Nullable Object> details)
      implements AttemptResult {
    public Lost {
      changes = List.copyOf(changes);
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /**
   * The replica is stopping; another one makes the attempt again.
   *
   * @param changes what was written before
   * @param details what must be recorded nevertheless, for example a key that the backend shows
   *     once
   */
  record Interrupted(List<Change> changes, Map<String, @Nullable Object> details)
      implements AttemptResult {

    /** An attempt that was interrupted before it had anything to record. */
    public static final Interrupted WITHOUT_TRACE = new Interrupted(List.of(), Map.of());

    public Interrupted {
      changes = List.copyOf(changes);
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** Returns whether there is nothing to record. */
    public boolean isWithoutTrace() {
      return changes.isEmpty() && details.isEmpty();
    }
  }

  /**
   * Returns the result of applying the plan. What it wrote before it failed is kept, also when the
   * replica is stopping.
   *
   * @throws RuntimeException if it failed and has nothing to record
   */
  static AttemptResult applying(ReconcilePlan plan, WriteGate gate, InterruptGuard guard) {
    try {
      return new Ended(plan.apply(gate));
    } catch (ClosedGateException e) {
      return closed(plan, e.reason());
    } catch (RuntimeException e) {
      if (plan.written().isEmpty() && plan.unfinishedDetails().isEmpty()) {
        throw e;
      }
      return guard.requested() || isInterrupt(e)
          ? new Interrupted(plan.written(), plan.unfinishedDetails())
          : new Ended(FailureClassifier.classify(e, plan));
    }
  }

  /**
   * Returns the result of an attempt in shadow. A plan that would write is not applied; one that
   * has nothing to write is, behind a closed gate.
   *
   * @param gate of a lane in shadow
   */
  static AttemptResult shadowing(ReconcilePlan plan, ClaimGate gate, InterruptGuard guard) {
    return plan.changes().isEmpty() || plan.conclusion().isPresent()
        ? applying(plan, gate, guard)
        : new Shadowed(plan.changes());
  }

  /** Returns the result of an attempt that may not write any more. */
  static AttemptResult closed(ReconcilePlan plan, ClosedReason reason) {
    return switch (reason) {
      case CLAIM_LOST -> new Lost(plan.written(), plan.unfinishedDetails());
      case QUARANTINED -> new Quarantined(plan.changes(), plan.written(), plan.unfinishedDetails());
      case SHADOW -> new Shadowed(plan.changes());
      case UNKNOWN ->
          new Ended(
              Outcome.Deferred.uncounted(UNCHECKED, null)
                  .withDetails(plan.unfinishedDetails())
                  .withChanges(plan.written()));
    };
  }

  /**
   * Returns the result of an attempt that threw.
   *
   * @param stopping whether the attempt was asked to stop
   */
  static AttemptResult thrown(Throwable thrown, boolean stopping) {
    return stopping || isInterrupt(thrown)
        ? Interrupted.WITHOUT_TRACE
        : new Ended(FailureClassifier.classify(thrown));
  }

  private static boolean isInterrupt(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof InterruptedException) {
        return true;
      }
    }
    return false;
  }
}
