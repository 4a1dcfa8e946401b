package doni.client;

/** A failed command; the message is one line for the user, and ends with the next step. */
public final class CommandFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /** The status of the response; 0 if there is none. */
  private final int status;

  /**
   * Creates a failure.
   *
   * @param retryable whether a retry may succeed, because the service is unavailable
   */
  public CommandFailedException(String message, boolean retryable) {
    this(message, retryable, 0);
  }

  /**
   * Creates a failure that the service reported.
   *
   * @param status the status of its response
   */
  public CommandFailedException(String message, boolean retryable, int status) {
    super(message);
    this.retryable = retryable;
    this.status = status;
  }

  public int status() {
    return status;
  }

  public boolean retryable() {
    return retryable;
  }

  /** Joins a reason and what to do next, whether or not the reason ends as a sentence. */
  static String withNextStep(String reason, String step) {
    return step.isEmpty() ? reason : reason + (reason.endsWith(".") ? " " : "; ") + step;
  }

  /** Describes a bug by its location, without the message, which may contain any value. */
  public static String defect(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "internal error, please report it: "
        + e.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}
