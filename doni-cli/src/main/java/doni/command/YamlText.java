package doni.command;

import doni.client.JsonValue;
import java.util.Set;

/**
 * YAML as {@code -o yaml} prints it: blocks, and every text in quotes that is not plainly a word. A
 * library takes twice as long as everything else that a command does.
 */
final class YamlText {

  /** Words that YAML does not read as text. */
  private static final Set<String> RESERVED =
      Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

  private YamlText() {}

  static String of(JsonValue value) {
    StringBuilder text = new StringBuilder();
    block(text, value, "");
    return text.toString();
  }

  /** Writes a value from the start of a line; {@code indent} is written already. */
  private static void block(StringBuilder text, JsonValue value, String indent) {
    String separator = "";
    for (String name : value.names()) {
      text.append(separator).append(scalar(name)).append(':');
      member(text, value.path(name), indent + "  ");
      separator = indent;
    }
    for (JsonValue element : value.elements()) {
      text.append(separator).append("- ");
      if (isBlock(element)) {
        block(text, element, indent + "  ");
      } else {
        text.append(scalar(element)).append('\n');
      }
      separator = indent;
    }
    if (!isBlock(value)) {
      text.append(scalar(value)).append('\n');
    }
  }

  private static void member(StringBuilder text, JsonValue value, String indent) {
    if (isBlock(value)) {
      text.append('\n').append(indent);
      block(text, value, indent);
    } else {
      text.append(' ').append(scalar(value)).append('\n');
    }
  }

  private static boolean isBlock(JsonValue value) {
    return !value.names().isEmpty() || !value.elements().isEmpty();
  }

  private static String scalar(JsonValue value) {
    return value.value() instanceof String string ? scalar(string) : value.compact();
  }

  /** JSON's quotes and escapes are YAML's, too. */
  private static String scalar(String string) {
    return isWord(string) ? string : new JsonValue(string).compact();
  }

  private static boolean isWord(String string) {
    if (string.isEmpty()
        || !Character.isLetter(string.charAt(0))
        || RESERVED.contains(string.toLowerCase(java.util.Locale.ROOT))) {
      return false;
    }
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c > 'z' || !(Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.')) {
        return false;
      }
    }
    return true;
  }
}
