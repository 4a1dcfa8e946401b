package doni.client;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Separates the enrollments of a JSON text without reading them: one per line, the elements of an
 * array, or objects that each take several lines.
 */
public final class JsonRows {

  /**
   * One enrollment.
   *
   * @param line the line where it begins, from 1
   */
  public record JsonRow(int line, String text) {}

  private record TextSlice(int line, int from, int to) {}

  private static final JsonFactory FACTORY = new JsonFactory();

  private final String text;
  private final int maxRows;
  private final List<TextSlice> slices = new ArrayList<>();

  private JsonRows(String text, int maxRows) {
    this.text = text;
    this.maxRows = maxRows;
  }

  /**
   * Separates the rows of a text.
   *
   * @throws UnreadableTextException if it has more rows, or if its rows cannot be separated
   */
  public static JsonRows of(String text, int maxRows) {
    JsonRows rows = new JsonRows(text, maxRows);
    rows.separate();
    return rows;
  }

  /** Returns the rows; the text of each is copied when it is reached. */
  public Iterable<JsonRow> rows() {
    return () ->
        slices.stream()
            .map(slice -> new JsonRow(slice.line(), text.substring(slice.from(), slice.to())))
            .iterator();
  }

  /** Returns whether a text is JSON and not CSV, by its first character. */
  public static boolean isJson(String text) {
    String first = firstLine(text);
    return first.startsWith("{") || first.startsWith("[");
  }

  /** Returns the first line that is not blank, without the space before it. */
  private static String firstLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("").stripLeading();
  }

  private void separate() {
    String first = firstLine(text);
    boolean array = first.startsWith("[");
    if (!array && (!first.startsWith("{") || isBalanced(first))) {
      separateLines();
      return;
    }
    try {
      separateValues();
    } catch (JacksonException e) {
      if (array || !hasRowOfOneLine()) {
        throw new UnreadableTextException("The text must be valid JSON" + place(e) + ".");
      }
      // One row per line, and the first one is cut off.
      slices.clear();
      separateLines();
    }
  }

  private void separateLines() {
    int line = 0;
    int from = 0;
    while (from < text.length()) {
      line++;
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      if (!text.substring(from, to).isBlank()) {
        add(new TextSlice(line, from, to));
      }
      from = to + 1;
    }
  }

  private void separateValues() {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        // The elements of an array are rows; its brackets are passed over.
        boolean bracket =
            token == JsonToken.END_ARRAY
                || (token == JsonToken.START_ARRAY
                    && parser.streamReadContext().getNestingDepth() == 1);
        if (!bracket) {
          TokenStreamLocation began = parser.currentTokenLocation();
          parser.skipChildren();
          parser.finishToken();
          add(
              new TextSlice(
                  began.getLineNr(),
                  (int) began.getCharOffset(),
                  (int) parser.currentLocation().getCharOffset()));
        }
      }
    }
  }

  private void add(TextSlice slice) {
    if (slices.size() == maxRows) {
      throw new UnreadableTextException(
          "The text must not have more than %d rows; split the import.".formatted(maxRows));
    }
    slices.add(slice);
  }

  /** Objects inside other values are indented. */
  private boolean hasRowOfOneLine() {
    return text.lines().anyMatch(line -> line.startsWith("{") && isBalanced(line));
  }

  /** Returns whether every bracket of the line is closed in it. */
  private static boolean isBalanced(String line) {
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted) {
        i += c == '\\' ? 1 : 0;
        quoted = c != '"';
      } else {
        quoted = c == '"';
        depth += c == '{' || c == '[' ? 1 : 0;
        depth -= c == '}' || c == ']' ? 1 : 0;
      }
    }
    return depth <= 0 && !quoted;
  }

  private static String place(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? ""
        : ": see line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }
}
