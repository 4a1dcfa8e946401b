package doni.worker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The drift between the desired and the observed state, ready to be removed. */
public interface ReconcilePlan {

  /**
   * Returns what {@link #apply} is going to write, in order, without secrets; empty when the
   * backend agrees with the desired state.
   */
  List<Change> changes();

  /**
   * Writes the drift, reads back what it wrote, and returns how that went. A {@link
   * doni.backend.BackendException} that it lets through is classified by the engine, which records
   * {@link #written} and {@link #unfinishedDetails} with it.
   *
   * @param gate passed right before every call that writes
   * @throws WriteGate.ClosedGateException if the attempt may not write any more
   */
  Outcome apply(WriteGate gate);

  /**
   * Returns how the attempt ends, where the observation alone already says so and {@link #apply}
   * has nothing to write; empty where that shows only when it is applied.
   */
  default Optional<Outcome> conclusion() {
    return Optional.empty();
  }

  /** Returns what {@link #apply} has written so far, also after it threw an exception. */
  default List<Change> written() {
    return List.of();
  }

  /**
   * Returns the details that must be recorded although {@link #apply} threw an exception, for
   * example a key that the backend shows only once.
   */
  default Map<String, @Nullable Object> unfinishedDetails() {
    return Map.of();
  }

  /** Returns a plan without writes, because the observation alone says how the attempt ends. */
  static ReconcilePlan settled(Outcome outcome) {
    record Settled(Outcome outcome) implements ReconcilePlan {
      @Override
      public List<Change> changes() {
        return List.of();
      }

      @Override
      public Outcome apply(WriteGate gate) {
        return outcome;
      }

      @Override
      public Optional<Outcome> conclusion() {
        return Optional.of(outcome);
      }
    }
    return new Settled(outcome);
  }
}
