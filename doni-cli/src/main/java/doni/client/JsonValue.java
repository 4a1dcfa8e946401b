package doni.client;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON value. Members and elements that do not exist are null values, so that a path can be
 * followed without checks: a service may send fewer or more members than this version knows.
 *
 * @param value a {@code Map<String, Object>} in the order of the text, a {@code List}, a {@code
 *     String}, a {@code Long}, a {@code BigDecimal}, a {@code Boolean} or null
 */
public record JsonValue(@Nullable Object value) {

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonValue NULL = new JsonValue(null);

  /**
   * Reads a text.
   *
   * @throws JacksonException if it is not one JSON value
   */
  public static JsonValue parse(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      JsonToken first = parser.nextToken();
      Object value = first == null ? null : read(parser, first);
      if (parser.nextToken() != null) {
        throw new StreamReadException(parser, "more than one value");
      }
      return new JsonValue(value);
    }
  }

  private static @Nullable Object read(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> members(parser);
      case START_ARRAY -> elements(parser);
      case VALUE_NUMBER_INT -> integer(parser.getString());
      case VALUE_NUMBER_FLOAT -> new BigDecimal(parser.getString());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> parser.getString();
      default -> null;
    };
  }

  private static Map<String, @Nullable Object> members(JsonParser parser) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      members.put(name, read(parser, parser.nextToken()));
    }
    return members;
  }

  private static List<@Nullable Object> elements(JsonParser parser) {
    List<@Nullable Object> elements = new ArrayList<>();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      elements.add(read(parser, token));
    }
    return elements;
  }

  private static Object integer(String digits) {
    return digits.length() < 19 ? (Object) Long.valueOf(digits) : new BigDecimal(digits);
  }

  /** Returns a member, or a null value if this is not an object or has no such member. */
  public JsonValue path(String name) {
    return value instanceof Map<?, ?> members ? new JsonValue(members.get(name)) : NULL;
  }

  /** Returns the elements; none if this is not an array. */
  public List<JsonValue> elements() {
    List<JsonValue> elements = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object element : list) {
        elements.add(new JsonValue(element));
      }
    }
    return elements;
  }

  /** Returns the names of the members; none if this is not an object. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    if (value instanceof Map<?, ?> members) {
      for (Object name : members.keySet()) {
        names.add(String.valueOf(name));
      }
    }
    return names;
  }

  public boolean isNull() {
    return value == null;
  }

  public boolean isNumber() {
    return value instanceof Number;
  }

  /** Returns whether this is an object or an array. */
  public boolean isContainer() {
    return value instanceof Map || value instanceof List;
  }

  /** Returns the text of a string, a number or a boolean, otherwise an empty text. */
  public String text() {
    return value == null || isContainer() ? "" : value.toString();
  }

  /** Returns the text of {@link #text()} for a terminal. */
  public String line() {
    return TerminalText.line(text());
  }

  public long number() {
    return value instanceof Number number ? number.longValue() : 0;
  }

  public double decimal() {
    return value instanceof Number number ? number.doubleValue() : 0;
  }

  /** Returns the texts of the elements. */
  public List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (JsonValue element : elements()) {
      texts.add(element.text());
    }
    return texts;
  }

  /** Returns the JSON text on one line. */
  public String compact() {
    StringBuilder text = new StringBuilder();
    write(text, value, null);
    return text.toString();
  }

  /** Returns the JSON text with one member or element per line. */
  public String pretty() {
    StringBuilder text = new StringBuilder();
    write(text, value, "\n");
    return text.toString();
  }

  /**
   * Writes a value; {@code indent} is the line break of the current depth, or null for one line.
   */
  private static void write(StringBuilder text, @Nullable Object value, @Nullable String indent) {
    String deeper = indent == null ? null : indent + "  ";
    if (value instanceof Map<?, ?> members) {
      String separator = "";
      text.append('{');
      for (Map.Entry<?, ?> member : members.entrySet()) {
        text.append(separator).append(deeper == null ? "" : deeper);
        quote(text, String.valueOf(member.getKey()));
        text.append(deeper == null ? ":" : ": ");
        write(text, member.getValue(), deeper);
        separator = ",";
      }
      text.append(members.isEmpty() || indent == null ? "" : indent).append('}');
    } else if (value instanceof List<?> elements) {
      String separator = "";
      text.append('[');
      for (Object element : elements) {
        text.append(separator).append(deeper == null ? "" : deeper);
        write(text, element, deeper);
        separator = ",";
      }
      text.append(elements.isEmpty() || indent == null ? "" : indent).append(']');
    } else if (value instanceof String string) {
      quote(text, string);
    } else {
      text.append(value);
    }
  }

  /** Writes a string; control characters, which could change a terminal, are escaped. */
  private static void quote(StringBuilder text, String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (Character.isISOControl(c)) {
            text.append("\\u00").append(Character.forDigit(c >> 4, 16));
            text.append(Character.forDigit(c & 15, 16));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
