package doni.enrollment;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.json.JsonMapper;

/**
 * A value that must not be seen: its text form is a mask, so that no log, event or exception can
 * carry it by accident.
 */
public record Secret(String value) {

  /**
   * What everybody sees in place of a secret, and what a client may send back to say "unchanged".
   */
  public static final String MASK = "************";

  /**
   * Returns a text from outside with the mask in place of this value: as it is, as JSON writes it,
   * and in base64. Call it before the text is cut, because the beginning of a secret is not
   * recognized.
   */
  public String maskedIn(String text) {
    if (value.isEmpty()) {
      return text;
    }
    String json = JsonMapper.shared().writeValueAsString(value);
    String base64 = Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    return text.replace(value, MASK)
        .replace(json.substring(1, json.length() - 1), MASK)
        .replace(base64, MASK);
  }

  @Override
  public String toString() {
    return MASK;
  }
}
