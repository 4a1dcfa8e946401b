package doni.console;

/** Thrown for a path under {@code /console} that has no page. */
final class UnknownPageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnknownPageException() {
    super("There is no page at this path.");
  }
}
