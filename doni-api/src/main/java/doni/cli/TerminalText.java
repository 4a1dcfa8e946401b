package doni.cli;

/** Text of others, for a terminal. */
final class TerminalText {

  private TerminalText() {}

  /** On one line and without control characters, with which it could write anything anywhere. */
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return line.toString();
  }
}
