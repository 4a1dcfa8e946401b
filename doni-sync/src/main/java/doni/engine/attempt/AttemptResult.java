package doni.engine.attempt;

import doni.convergence.FailureClassifier;
import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one attempt ended, as the engine sees it. */
public sealed interface AttemptResult {

  /** Every value of {@link #label}, and {@link #LOST}. */
  List<String> LABELS =
      List.of("synced", "drifted", "deferred", "failed", "gone", "interrupted", "lost");

  /** Label of an attempt whose claim another replica took over before the result was recorded. */
  String LOST = "lost";

  /** Returns the name of the result in metrics and spans. */
  default String label() {
    return switch (this) {
      case Ended(Outcome.Synced synced) -> synced.unrepaired().isEmpty() ? "synced" : "drifted";
      case Ended(Outcome.Deferred _) -> "deferred";
      case Ended(Outcome.Failed _) -> "failed";
      case Ended(Outcome.Gone _) -> "gone";
      case Drifted _ -> "drifted";
      case Quarantined _ -> "deferred";
      case Interrupted _ -> "interrupted";
    };
  }

  /** Returns what the attempt wrote. */
  default List<Change> written() {
    return switch (this) {
      case Ended(Outcome outcome) -> outcome.changes();
      case Interrupted interrupted -> interrupted.changes();
      case Drifted _, Quarantined _ -> List.of();
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

  /** Something is to be written, but the device is quarantined. */
  record Quarantined(List<Change> changes) implements AttemptResult {
    public Quarantined {
      changes = List.copyOf(changes);
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
  static AttemptResult applying(ReconcilePlan plan, InterruptGuard guard) {
    try {
      return new Ended(plan.apply());
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
