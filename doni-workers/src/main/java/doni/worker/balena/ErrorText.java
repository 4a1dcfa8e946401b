package doni.worker.balena;

import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text of an error: Balena has no error object, but sends nothing, a JSON string, a plain text
 * or an HTML page.
 */
final class ErrorText {

  private static final int LONGEST = 300;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ErrorText() {}

  /**
   * @param mask takes out what is secret; asked before the text is cut off, because the beginning
   *     of a secret would not be known as one
   */
  static String of(String body, UnaryOperator<String> mask) {
    String text = body.strip();
    if (text.isEmpty()) {
      return "without a text";
    }
    if (text.startsWith("<")) {
      return "an HTML page";
    }
    String message = mask.apply(message(text));
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
  }

  private static String message(String text) {
    try {
      JsonNode json = MAPPER.readTree(text);
      return json.isString() ? json.asString() : json.path("error").asString(text);
    } catch (JacksonException _) {
      return text;
    }
  }
}
