package doni.api.bulkimport;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import doni.api.web.ClientTextRules;
import doni.request.RequestRefusedException.Invalid;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads CSV as spreadsheets write it: any usual separator, a {@code sep=} line, names of columns
 * with spaces and capitals, and empty rows and columns at the end. FastCSV parses; this class
 * decides on the dialect and finds the columns.
 */
final class CsvTable {

  /** Columns other than properties. */
  static final List<String> MEMBERS = List.of("name", "hardware_type", "project_id", "uuid");

  /** Prefix of the columns of labels, whose keys are taken as they are written. */
  static final String LABEL = "labels.";

  /** Prefix of the columns of properties. */
  static final String PROPERTY = "properties.";

  /**
   * A row that is not empty.
   *
   * @param line the line where it begins, from 1
   * @param cells cells by column; empty cells are left out
   * @param nameless numbers of cells, from 1, that have a value but no column
   */
  record CsvRow(int line, Map<String, String> cells, List<Integer> nameless) {}

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');
  private static final Pattern SEPARATOR_LINE =
      Pattern.compile(
          "\\A\"?sep=([^\\w\"\\s]|\\t)\"?[^\\S\\r\\n]*(\\R|\\z)", Pattern.CASE_INSENSITIVE);
  private static final Pattern LINE = Pattern.compile("line (\\d+)");

  /** Follows the text; an unclosed quote swallows it. */
  private static final String END = "\u0001end of import\u0001";

  private final String text;
  private final int linesBefore;
  private final char separator;
  private final List<Optional<String>> columns;

  private CsvTable(String text, int linesBefore, char separator, Set<String> properties) {
    this.text = text + "\n" + END;
    this.linesBefore = linesBefore;
    this.separator = separator;
    this.columns = new CsvHeader(properties).columns(first());
  }

  /**
   * Reads the header line and checks that all rows can be separated.
   *
   * @param properties the known properties
   * @throws Invalid if there is no usable header, a quote is not closed, or there are more rows
   */
  static CsvTable of(String text, Set<String> properties, int maxRows) {
    Matcher line = SEPARATOR_LINE.matcher(text);
    boolean named = line.find();
    String rest = named ? text.substring(line.end()) : text;
    CsvTable table =
        new CsvTable(
            rest,
            named ? 1 : 0,
            named ? line.group(1).charAt(0) : separator(rest, properties),
            properties);
    table.check(maxRows);
    return table;
  }

  /** Returns whether a comma may be the decimal separator of this file. */
  boolean hasDecimalCommas() {
    return separator != ',';
  }

  /** Returns the rows; each is read when it is reached. */
  Iterable<CsvRow> rows() {
    return () ->
        filled(records(text, separator))
            .skip(1)
            .filter(one -> !isEnd(one))
            .map(this::row)
            .iterator();
  }

  private CsvRow row(CsvRecord one) {
    Map<String, String> cells = new TreeMap<>();
    List<Integer> nameless = new ArrayList<>();
    for (int i = 0; i < one.getFieldCount(); i++) {
      String cell = one.getField(i);
      Optional<String> column = i < columns.size() ? columns.get(i) : Optional.empty();
      if (column.isPresent() && !cell.isEmpty()) {
        cells.put(column.get(), cell);
      } else if (column.isEmpty() && !CsvHeader.trim(cell).isEmpty()) {
        nameless.add(i + 1);
      }
    }
    return new CsvRow((int) one.getStartingLineNumber() + linesBefore, cells, nameless);
  }

  private void check(int maxRows) {
    int rows = 0;
    CsvRecord last = null;
    try {
      Iterator<CsvRecord> records = filled(records(text, separator)).iterator();
      while (records.hasNext()) {
        last = records.next();
        // The header line and the end are no rows.
        if (++rows > maxRows + 2) {
          throw new Invalid(
              "The text must not have more than %d rows; split the import.".formatted(maxRows));
        }
      }
    } catch (CsvParseException e) {
      throw unreadable(e);
    }
    if (last == null || !isEnd(last)) {
      long line = last == null ? 1 : last.getStartingLineNumber();
      throw new Invalid("line %d: unclosed quote".formatted(line + linesBefore));
    }
  }

  private CsvRecord first() {
    try {
      return filled(records(text, separator))
          .findFirst()
          .filter(one -> !isEnd(one))
          .orElseThrow(() -> new Invalid("The text must begin with a header line; it is empty."));
    } catch (CsvParseException e) {
      throw unreadable(e);
    }
  }

  /** Returns the separator that gives the most known columns in the header line. */
  private static char separator(String text, Set<String> properties) {
    CsvHeader header = new CsvHeader(properties);
    char best = ',';
    long most = -1;
    for (char candidate : SEPARATORS) {
      try {
        // Known columns decide; where there are none, the number of columns does.
        long found =
            filled(records(text, candidate))
                .findFirst()
                .map(first -> 1000 * header.known(first) + first.getFieldCount())
                .orElse(0L);
        if (found > most) {
          most = found;
          best = candidate;
        }
      } catch (CsvParseException _) {
        // Another separator may stand beside these quotes.
      }
    }
    return best;
  }

  private static Iterable<CsvRecord> records(String text, char separator) {
    return CsvReader.builder()
        .fieldSeparator(separator)
        .skipEmptyLines(true)
        .allowExtraFields(true)
        .allowMissingFields(true)
        // Of a String, the reader would make a second copy.
        .ofCsvRecord(new StringReader(text));
  }

  /** Leaves out rows in which every cell is empty. */
  private static Stream<CsvRecord> filled(Iterable<CsvRecord> records) {
    return StreamSupport.stream(records.spliterator(), false)
        .filter(one -> !one.getFields().stream().allMatch(cell -> CsvHeader.trim(cell).isEmpty()));
  }

  private static boolean isEnd(CsvRecord one) {
    return one.getField(0).equals(END);
  }

  /** The parser's message quotes a character of the file, which may be one of a secret. */
  private Invalid unreadable(CsvParseException e) {
    Matcher line = LINE.matcher(String.valueOf(e.getMessage()));
    String where =
        line.find() ? "line " + (Integer.parseInt(line.group(1)) + linesBefore) + ": " : "";
    return new Invalid(
        where + "a closing quote must be followed by a separator or the end of the line");
  }

  /** Finds the column that each cell of the header line means. */
  private record CsvHeader(Set<String> properties) {

    private static final int MAX_UNKNOWN = 3;

    /** Returns the columns in order; empty for a cell without a name. */
    List<Optional<String>> columns(CsvRecord first) {
      List<String> heads = first.getFields().stream().map(CsvHeader::trim).toList();
      List<String> unknown =
          heads.stream()
              .filter(head -> !head.isEmpty() && column(head).isEmpty())
              .map(this::unknown)
              .toList();
      if (!unknown.isEmpty()) {
        // A line of data in place of the header could fill pages.
        throw new Invalid(unknown.subList(0, Math.min(unknown.size(), MAX_UNKNOWN)));
      }
      List<Optional<String>> columns = heads.stream().map(this::column).toList();
      Set<String> seen = new HashSet<>();
      columns.stream()
          .flatMap(Optional::stream)
          .filter(column -> !seen.add(column))
          .findFirst()
          .ifPresent(column -> {
            throw new Invalid("duplicate column '" + ClientTextRules.quote(column) + "'");
          });
      return columns;
    }

    long known(CsvRecord first) {
      return first.getFields().stream().filter(head -> column(trim(head)).isPresent()).count();
    }

    private Optional<String> column(String head) {
      String plain = plain(head);
      if (plain.startsWith(PROPERTY) && head.length() > PROPERTY.length()) {
        String name = trim(head.substring(PROPERTY.length()));
        return Optional.of(PROPERTY + property(name).orElse(name));
      }
      if (plain.startsWith(LABEL) && head.length() > LABEL.length()) {
        return Optional.of(LABEL + trim(head.substring(LABEL.length())));
      }
      return MEMBERS.stream().filter(plain::equals).findFirst();
    }

    private Optional<String> property(String name) {
      return properties.stream().filter(known -> plain(known).equals(plain(name))).findFirst();
    }

    private String unknown(String head) {
      String allowed =
          property(head)
              .map(name -> "did you mean '" + PROPERTY + name + "'?")
              .orElse(
                  "allowed: "
                      + String.join(", ", MEMBERS)
                      + ", properties.<name> and labels.<key>");
      return "unknown column '" + ClientTextRules.quote(head) + "'; " + allowed;
    }

    private static String plain(String head) {
      return trim(head).toLowerCase(Locale.ROOT).replaceAll("[\\s\\u00a0_-]+", "_");
    }

    /** Removes spaces at both ends, also those that do not break a line. */
    static String trim(String text) {
      int from = (int) text.chars().takeWhile(CsvHeader::isSpace).count();
      int to = text.length();
      while (to > from && isSpace(text.charAt(to - 1))) {
        to--;
      }
      return text.substring(from, to);
    }

    private static boolean isSpace(int c) {
      return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0xfeff;
    }
  }
}
