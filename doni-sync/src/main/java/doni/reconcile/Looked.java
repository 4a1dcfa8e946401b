package doni.reconcile;

/** What became of a task after an attempt. */
public enum Looked {
  /** It waits for its next look. */
  WAITING,
  /** It is due again at once. */
  DUE,
  /** Its device is cleaned up. */
  GONE,
  /** Somebody else works on it. */
  LOST
}
