package doni.api.web;

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
 * Reads one JSON text (RFC 8259) and refuses what a lenient parser accepts: bytes that are not
 * UTF-8, repeated member names, text after the value, and strings or numbers that Postgres cannot
 * store. Messages give the position, never the value, because a body may contain secrets.
 */
final class StrictJsonReader {

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

  /** What a JSON text is, for messages. */
  enum JsonSource {
    BODY("The body"),
    /** A row of a larger text, whose line the client is told anyway. */
    ROW("The row");

    private final String subject;

    JsonSource(String subject) {
      this.subject = subject;
    }

    private RequestRefusedException.Invalid refusal(String predicate) {
      return new RequestRefusedException.Invalid(subject + " " + predicate);
    }

    private String place(JacksonException e) {
      var at = e.getLocation();
      if (at == null || at.getLineNr() < 1) {
        return "";
      }
      return this == ROW && at.getLineNr() == 1
          ? ": see column %d".formatted(at.getColumnNr())
          : ": see line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    }
  }

  private final JsonParser parser;
  private final JsonSource source;
  private final List<String> violations = new ArrayList<>();

  private StrictJsonReader(JsonParser parser, JsonSource source) {
    this.parser = parser;
    this.source = source;
  }

  /**
   * Returns the immutable value. A byte order mark before it is ignored, as RFC 8259 allows.
   *
   * @throws RequestRefusedException.Invalid with every violation
   */
  static @Nullable Object read(byte[] body) {
    String text = decode(body);
    return read(text.startsWith("\ufeff") ? text.substring(1) : text, JsonSource.BODY);
  }

  /**
   * Returns the immutable value.
   *
   * @throws RequestRefusedException.Invalid with every violation
   */
  static @Nullable Object read(String text, JsonSource source) {
    if (text.isEmpty()) {
      throw source.refusal("must be valid JSON; it is empty.");
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new StrictJsonReader(parser, source).document();
    } catch (StreamConstraintsException e) {
      throw source.refusal(
          "exceeds a limit (%d levels of nesting, %d digits in a number, %d characters in a string, %d in a name)%s."
              .formatted(MAX_NESTING, MAX_DIGITS, MAX_TEXT, MAX_NAME, source.place(e)));
    } catch (JacksonException e) {
      throw source.refusal("must be valid JSON%s.".formatted(source.place(e)));
    } catch (NumberFormatException _) {
      // Jackson passes on that BigDecimal cannot hold an exponent such as 1e99999999999.
      throw source.refusal("has a number with an exponent that is out of range.");
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
      throw new RequestRefusedException.Invalid("The body must be UTF-8.");
    }
  }

  private @Nullable Object document() {
    parser.nextToken();
    Object value = value();
    if (parser.nextToken() != null) {
      throw source.refusal("must be one JSON value; more text follows it.");
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return value;
  }

  private @Nullable Object value() {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw source.refusal("must be valid JSON; it is empty.");
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
      default -> throw source.refusal("must be valid JSON.");
    };
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = text(parser.currentName());
      parser.nextToken();
      if (members.containsKey(name)) {
        refuse("must not be repeated");
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
    if (!ClientTextRules.isStorable(text)) {
      refuse("must not contain U+0000 or an unpaired surrogate");
    }
    return text;
  }

  /** Postgres stores every digit that an exponent stands for, so exponents are limited. */
  private BigDecimal decimal(BigDecimal number) {
    long exponent = (long) number.precision() - number.scale();
    if (Math.abs(exponent) > MAX_EXPONENT || number.scale() > MAX_EXPONENT + MAX_DIGITS) {
      refuse("must be a number with an exponent of at most %d".formatted(MAX_EXPONENT));
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
