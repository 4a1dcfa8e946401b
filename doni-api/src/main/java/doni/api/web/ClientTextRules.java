package doni.api.web;

/** Rules for text from clients. */
public final class ClientTextRules {

  private ClientTextRules() {}

  /** Returns whether Postgres can store the text and JSON can represent it. */
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

  /** Returns whether the text is storable and has no control characters. */
  public static boolean isLine(String text) {
    return isStorable(text) && text.chars().noneMatch(Character::isISOControl);
  }

  /** Returns a client's text, shortened to 100 characters, for a message to that client. */
  public static String quote(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
