package doni.engine.attempt;

/** What became of a task after an attempt. */
public enum RequeueDecision {
  /** It waits for its next look, and nothing about it is new. */
  WAITING,
  /** It waits for its next look, and the worker has reported something new. */
  PROGRESSED,
  /** It is due again at once. */
  DUE,
  /** Its device is cleaned up. */
  GONE,
  /** Somebody else works on it. */
  LOST
}
