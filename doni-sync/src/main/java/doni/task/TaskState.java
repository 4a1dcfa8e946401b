package doni.task;

/** The state of a worker's task as clients see it. */
public enum TaskState {
  /** To be done, or waiting for something outside. */
  PENDING,
  IN_PROGRESS,
  STEADY,
  /** The last attempt failed; it is tried again where that can help. */
  ERROR
}
