package doni.policy;

/** A text that cannot be parsed as a rule. */
final class RuleSyntaxException extends Exception {

  private static final long serialVersionUID = 1L;

  private final int position;

  /**
   * @param position of the first character that is wrong, from 0
   */
  RuleSyntaxException(String message, int position) {
    super(message);
    this.position = position;
  }

  int position() {
    return position;
  }
}
