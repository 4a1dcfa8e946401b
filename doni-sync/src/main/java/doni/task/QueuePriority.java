package doni.task;

/** The priorities of queue rows, as db-scheduler defines them: changes by people go first. */
public final class QueuePriority {

  /** What a person waits for. */
  public static final int URGENT = 90;

  /**
   * What a person waits for beyond {@link #SHARE} tasks of the same project that wait in the same
   * lane: it follows the first tasks of all projects.
   */
  public static final int SURPLUS = 50;

  /** Urgent tasks of one project that wait in a lane at the same time. */
  public static final int SHARE = 20;

  /** What comes up by itself. */
  public static final int BACKGROUND = 10;

  private QueuePriority() {}
}
