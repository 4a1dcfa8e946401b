package doni.engine.attempt;

import doni.worker.Change;
import doni.worker.Outcome;
import java.util.List;

/** What the engine makes of an attempt. */
public sealed interface AttemptResult {

  /** It counts. */
  record Ended(Outcome outcome) implements AttemptResult {}

  /** It found what nobody asked for, and left it alone. */
  record Drifted(List<Change> changes) implements AttemptResult {
    public Drifted {
      changes = List.copyOf(changes);
    }
  }

  /** Something is to be written, but the device is frozen. */
  record Quarantined(List<Change> changes) implements AttemptResult {
    public Quarantined {
      changes = List.copyOf(changes);
    }
  }

  /** The backend was not even asked, so the attempt is not held against the device. */
  record NotSent(Outcome.Deferred outcome) implements AttemptResult {}

  /** The replica is about to stop; another one makes the attempt anew. */
  record Interrupted() implements AttemptResult {}
}
