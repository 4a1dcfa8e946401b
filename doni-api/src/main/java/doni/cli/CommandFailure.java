package doni.cli;

/** Why a command that talks to the service did not succeed, in one line for who typed it. */
final class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean passing;

  /**
   * @param passing whether the same may succeed later: the service does not answer, or fails
   */
  CommandFailure(String message, boolean passing) {
    super(message);
    this.passing = passing;
  }

  boolean passing() {
    return passing;
  }

  /** Where the command's own code failed; without the text, which can hold any value. */
  static String defect(RuntimeException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return "it has a defect: "
        + e.getClass().getName()
        + (trace.length == 0 ? "" : " at " + trace[0]);
  }
}
