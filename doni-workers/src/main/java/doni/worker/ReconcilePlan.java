package doni.worker;

import java.util.List;
import java.util.Optional;

/** The difference between what is desired and what was observed, ready to be removed. */
public interface ReconcilePlan {

  /**
   * What {@link #apply} is going to write, in order; empty when the backend agrees with the
   * inventory. Without secrets.
   */
  List<Change> changes();

  /** Writes the difference, reads back what it wrote, and says how that went. */
  Outcome apply();

  /**
   * How the attempt ends, where the observation alone already says so and {@link #apply} has
   * nothing to write; empty where that shows only when it is applied.
   */
  default Optional<Outcome> conclusion() {
    return Optional.empty();
  }

  /**
   * A plan in which there is nothing to write, because the observation alone already says how the
   * attempt ends.
   */
  static ReconcilePlan settled(Outcome outcome) {
    record Settled(Outcome outcome) implements ReconcilePlan {
      @Override
      public List<Change> changes() {
        return List.of();
      }

      @Override
      public Outcome apply() {
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
