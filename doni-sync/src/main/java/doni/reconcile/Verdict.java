package doni.reconcile;

import doni.worker.Outcome;

/** What the engine makes of an attempt. */
sealed interface Verdict {

  /** It counts. */
  record Ended(Outcome outcome) implements Verdict {}

  /** The backend was not even asked, so the attempt is not held against the device. */
  record NotSent(Outcome.Deferred outcome) implements Verdict {}

  /** The replica is about to stop; another one makes the attempt anew. */
  record Interrupted() implements Verdict {}
}
