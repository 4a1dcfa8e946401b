package doni.worker;

import java.util.List;

/** The difference between what is desired and what was observed, ready to be removed. */
public interface Plan {

  /**
   * What {@link #apply} is going to write, in order; empty when the backend agrees with the
   * inventory. Without secrets.
   */
  List<Change> changes();

  /** Writes the difference, reads back what it wrote, and says how that went. */
  Outcome apply();

  /**
   * A plan in which there is nothing to write, because the observation alone already says how the
   * attempt ends.
   */
  static Plan settled(Outcome outcome) {
    record Settled(Outcome outcome) implements Plan {
      @Override
      public List<Change> changes() {
        return List.of();
      }

      @Override
      public Outcome apply() {
        return outcome;
      }
    }
    return new Settled(outcome);
  }
}
