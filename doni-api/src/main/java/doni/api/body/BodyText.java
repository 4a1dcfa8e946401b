package doni.api.body;

/** What text a client may send. */
public final class BodyText {

  private BodyText() {}

  /** Whether Postgres can store it and JSON can show it again. */
  public static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0 || Character.isLowSurrogate(c)) {
        return false;
      }
      if (Character.isHighSurrogate(c)) {
        i++;
        if (i == text.length() || !Character.isLowSurrogate(text.charAt(i))) {
          return false;
        }
      }
    }
    return true;
  }

  /** Whether it fits on one line: storable, without control characters. */
  public static boolean isLine(String text) {
    return isStorable(text) && text.chars().noneMatch(Character::isISOControl);
  }

  /** What of a client's text may stand in a message back to it. */
  public static String quote(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
