package doni.policy;

/** Rules that cannot be used. The message is one line and says where they are wrong. */
final class PolicyFileException extends Exception {

  private static final long serialVersionUID = 1L;

  PolicyFileException(String message) {
    super(message);
  }
}
