package doni.task;

/** The priorities of queue rows, as db-scheduler defines them: changes by people go first. */
public final class QueuePriority {

  /** What a person waits for. */
  public static final int URGENT = 90;

  /** What comes up by itself. */
  public static final int BACKGROUND = 10;

  private QueuePriority() {}
}
