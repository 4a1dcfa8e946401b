package doni.command;

/** A command line that a command does not accept. */
final class CommandUsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CommandUsageException(String message) {
    super(message);
  }
}
