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
}
