package doni.client;

/** Makes text from the service safe for a terminal. */
public final class TerminalText {

  private TerminalText() {}

  /** Replaces control characters, which could move the cursor or change the screen. */
  public static String line(String text) {
    int at = 0;
    while (at < text.length() && !Character.isISOControl(text.charAt(at))) {
      at++;
    }
    if (at == text.length()) {
      return text;
    }
    StringBuilder line = new StringBuilder(text);
    for (; at < line.length(); at++) {
      if (Character.isISOControl(line.charAt(at))) {
        line.setCharAt(at, ' ');
      }
    }
    return line.toString();
  }
}
