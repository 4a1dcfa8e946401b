package doni.api.body;

import doni.request.RequestRefusedException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON text (RFC 8259) and refuses what a lenient parser lets through: bytes that are not
 * UTF-8, names that stand twice in an object, anything after the value, and text or numbers that
 * Postgres cannot store. Messages say where, never what, since a body may hold secrets.
 */
final class StrictJson {

  private static final int MAX_NESTING = 64;
  private static final int MAX_DIGITS = 100;
  private static final int MAX_EXPONENT = 308;
  private static final int MAX_TEXT = 65_536;
  private static final int MAX_NAME = 256;
  private static final int MAX_VIOLATIONS = 50;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(MAX_TEXT)
                  .maxNameLength(MAX_NAME)
                  .build())
          .build();

  private final JsonParser parser;
  private final List<String> violations = new ArrayList<>();

  private StrictJson(JsonParser parser) {
    this.parser = parser;
  }

  /** The value, immutable; {@link RequestRefusedException.Invalid} if there is none to be had. */
  static @Nullable Object read(byte[] body) {
    if (body.length == 0) {
      throw new RequestRefusedException.Invalid("The body is empty; it must be JSON.");
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), decode(body))) {
      return new StrictJson(parser).document();
    } catch (StreamConstraintsException e) {
      throw new RequestRefusedException.Invalid(
          "The body goes beyond what is read (%d levels, numbers of %d digits, texts of %d and names of %d characters)%s."
              .formatted(MAX_NESTING, MAX_DIGITS, MAX_TEXT, MAX_NAME, place(e)));
    } catch (JacksonException e) {
      throw new RequestRefusedException.Invalid("The body is not JSON%s.".formatted(place(e)));
    }
  }

  private static String decode(byte[] body) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(body))
          .toString();
    } catch (CharacterCodingException e) {
      throw new RequestRefusedException.Invalid("The body is not UTF-8.");
    }
  }

  private static String place(JacksonException e) {
    var at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? ""
        : ": see line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  private @Nullable Object document() {
    parser.nextToken();
    Object value = value();
    if (parser.nextToken() != null) {
      throw new RequestRefusedException.Invalid("The body goes on after its JSON value.");
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return value;
  }

  private @Nullable Object value() {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new RequestRefusedException.Invalid("The body is empty; it must be JSON.");
    }
    return switch (token) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> text(parser.getString());
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> decimal(parser.getDecimalValue());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new RequestRefusedException.Invalid("The body is not JSON.");
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = text(parser.currentName());
      parser.nextToken();
      if (members.containsKey(name)) {
        refuse("stands there twice");
      }
      members.put(name, value());
    }
    return Collections.unmodifiableMap(members);
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value());
    }
    return Collections.unmodifiableList(elements);
  }

  private String text(String text) {
    if (!BodyText.isStorable(text)) {
      refuse("holds a character that cannot be stored (U+0000, or half of a surrogate pair)");
    }
    return text;
  }

  /** Postgres takes an exponent at its word and would spell out every digit. */
  private BigDecimal decimal(BigDecimal number) {
    long exponent = (long) number.precision() - number.scale();
    if (Math.abs(exponent) > MAX_EXPONENT || number.scale() > MAX_EXPONENT + MAX_DIGITS) {
      refuse("is a number out of range (10 to the power of %d)".formatted(MAX_EXPONENT));
    }
    return number;
  }

  private void refuse(String why) {
    violations.add(parser.streamReadContext().pathAsPointer() + ": " + why);
    if (violations.size() >= MAX_VIOLATIONS) {
      throw new RequestRefusedException.Invalid(violations);
    }
  }
}
