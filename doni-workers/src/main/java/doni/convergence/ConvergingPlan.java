package doni.convergence;

import doni.worker.Change;
import doni.worker.Outcome;
import doni.worker.ReconcilePlan;
import doni.worker.WriteGate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A plan that writes the drift and observes again until nothing differs. Only an observation
 * without drift ends an attempt well: a backend that confirmed a write may not have carried it out,
 * and another client may have changed the object in between.
 *
 * <p>A subclass does not catch {@link doni.backend.BackendException}s, except where it knows a
 * better answer than {@link FailureClassifier}: what was written before is in {@link #log} and is
 * recorded whatever follows.
 *
 * @param <S> the observed state
 */
public abstract class ConvergingPlan<S> implements ReconcilePlan {

  /** Enough for a few conflicts; an object that changes faster is left to the next attempt. */
  private static final int ROUNDS = 6;

  private final S observed;
  private final boolean current;
  private final WriteLog log = new WriteLog();
  private WriteGate gate = WriteGate.OPEN;

  /**
   * @param observed on which the plan is based
   * @param current whether {@code observed} was read for this attempt; otherwise it comes from a
   *     watch or a shared listing and is read again before the first write
   */
  protected ConvergingPlan(S observed, boolean current) {
    this.observed = observed;
    this.current = current;
  }

  /** Returns the observation on which the plan is based. */
  protected final S observed() {
    return observed;
  }

  /** Returns the log in which every confirmed write is recorded at once. */
  protected final WriteLog log() {
    return log;
  }

  /** Returns the gate to pass right before every call that writes. */
  protected final WriteGate gate() {
    return gate;
  }

  /** Reads the backend now. */
  protected abstract S observe();

  /**
   * Called with each observation before it is concluded, for what must be known in memory before a
   * write, for example which event the write will cause. Does nothing by default.
   */
  protected void prepare(S observed) {}

  /**
   * Returns how the attempt ends with this observation; empty while there is something to write.
   * Writes nothing.
   */
  protected abstract Optional<Outcome> conclude(S observed);

  /**
   * Writes the drift of this observation. Passes {@link #gate} right before every call that writes.
   *
   * @return how the attempt ends where a write was refused in a way that ends it; empty where it is
   *     to be observed again
   */
  protected abstract Optional<Outcome> write(S observed);

  /** Returns what the attempt works on, for a message, for example {@code node pi-1}. */
  protected abstract String subject();

  /** Returns the details to record when the rounds are used up. */
  protected Map<String, @Nullable Object> details(S observed) {
    return unfinishedDetails();
  }

  /** Returns how the attempt ends when the rounds are used up. */
  protected Outcome unsettled(S observed) {
    return new Outcome.Deferred(
        "another client keeps overwriting %s; retrying".formatted(subject()),
        null,
        details(observed));
  }

  @Override
  public final Outcome apply(WriteGate writeGate) {
    gate = writeGate;
    S seen = current || changes().isEmpty() ? observed : observe();
    for (int round = 0; round < ROUNDS; round++) {
      prepare(seen);
      Optional<Outcome> end = conclude(seen);
      if (end.isEmpty()) {
        end = write(seen);
      }
      if (end.isPresent()) {
        return end.get().withChanges(log.changes());
      }
      seen = observe();
    }
    return unsettled(seen).withChanges(log.changes());
  }

  @Override
  public final List<Change> written() {
    return log.changes();
  }
}
