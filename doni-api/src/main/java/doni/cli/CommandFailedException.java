package doni.cli;

/** A failed command; the message is one line for the user. */
final class CommandFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * Creates a failure.
   *
   * @param retryable whether a retry may succeed, because the service is unavailable
   */
  CommandFailedException(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
  }

  boolean retryable() {
    return retryable;
  }

  /** Describes a bug by its location, without the message, which may contain any value. */
  static String defect(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "internal error, please report it: "
        + e.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}
