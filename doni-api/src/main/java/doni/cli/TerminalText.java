package doni.cli;

/** Makes text from the service safe for a terminal. */
final class TerminalText {

  private TerminalText() {}

  /** Replaces control characters, which could move the cursor or change the screen. */
  static String line(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
    return line.toString();
  }
}
