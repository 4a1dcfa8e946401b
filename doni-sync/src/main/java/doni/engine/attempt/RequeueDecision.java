package doni.engine.attempt;

/** What the lane does with a task after an attempt. */
public enum RequeueDecision {
  /** The task waits for its next attempt, and nothing about it is new. */
  WAITING,
  /** The task waits for its next attempt, and the worker has recorded something new. */
  PROGRESSED,
  /** The task is due again at once, because its device changed during the attempt. */
  DUE,
  /** The device is deleted and cleaned up; the task is gone. */
  GONE,
  /** Another replica has taken the task over. */
  LOST
}
