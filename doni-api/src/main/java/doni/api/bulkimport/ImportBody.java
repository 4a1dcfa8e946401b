package doni.api.bulkimport;

import doni.api.hardware.EnrollmentRequestReader;
import doni.api.web.JsonBody;
import doni.bulkimport.ImportRow;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException;
import doni.request.RequestRefusedException.Invalid;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of an import. A mistake within one row is reported for that row; a mistake that
 * makes it impossible to separate rows refuses the request.
 */
final class ImportBody {

  static final int MAX_BYTES = 8 * 1024 * 1024;
  static final int MAX_ROWS = 10_000;

  private static final String PROPERTIES = "properties";
  private static final String COLUMN = PROPERTIES + ".";
  private static final String PROJECT = "project_id";
  private static final String UUID = "uuid";
  private static final List<String> COLUMNS = List.of("name", "hardware_type", PROJECT, UUID);

  private final HardwareTypes types;
  private final List<ImportRow> rows = new ArrayList<>();

  private ImportBody(HardwareTypes types) {
    this.types = types;
  }

  /** Reads one JSON object per line. Empty lines count as lines but not as rows. */
  static List<ImportRow> jsonLines(InputStream body, HardwareTypes types) throws IOException {
    ImportBody rows = new ImportBody(types);
    BoundedLines in = new BoundedLines(body);
    int line = 0;
    for (byte[] text = in.line(); text != null; text = in.line()) {
      line++;
      rows.addJson(line, text);
    }
    return rows.rows;
  }

  /** Reads a header line with column names, then one row per device. */
  static List<ImportRow> csv(InputStream body, HardwareTypes types) throws IOException {
    ImportBody rows = new ImportBody(types);
    byte[] bytes = body.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw tooLarge();
    }
    List<CsvRecords.CsvRecord> records = CsvRecords.of(decode(bytes));
    if (records.isEmpty()) {
      throw new Invalid("The body must begin with a header line; it is empty.");
    }
    List<String> header = header(records.getFirst().cells());
    records.subList(1, records.size()).forEach(one -> rows.addCsv(header, one));
    return rows.rows;
  }

  private static List<String> header(List<String> columns) {
    List<String> wrong =
        columns.stream()
            .filter(column -> !COLUMNS.contains(column) && !column.startsWith(COLUMN))
            .map(column ->
                "unknown column '%s'; allowed: %s and properties.<name>"
                    .formatted(column, String.join(", ", COLUMNS)))
            .toList();
    if (!wrong.isEmpty()) {
      throw new Invalid(wrong);
    }
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw new Invalid("duplicate column '" + column + "'");
      }
    }
    return columns;
  }

  private void addJson(int line, byte[] text) {
    if (new String(text, StandardCharsets.UTF_8).isBlank()) {
      return;
    }
    try {
      add(line, JsonBody.parse(text).object());
    } catch (Invalid e) {
      add(new ImportRow(line, unreadable(null), null, null, e.violations()));
    }
  }

  private void addCsv(List<String> header, CsvRecords.CsvRecord one) {
    Map<String, Object> members = new LinkedHashMap<>();
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> violations = new ArrayList<>();
    if (one.cells().size() != header.size()) {
      violations.add("must have %d cells, not %d".formatted(header.size(), one.cells().size()));
    }
    for (int i = 0; i < Math.min(header.size(), one.cells().size()); i++) {
      String column = header.get(i);
      String cell = one.cells().get(i);
      if (!cell.isEmpty() && !column.startsWith(COLUMN)) {
        members.put(column, cell);
      }
    }
    for (int i = 0; i < Math.min(header.size(), one.cells().size()); i++) {
      String cell = one.cells().get(i);
      if (!cell.isEmpty() && header.get(i).startsWith(COLUMN)) {
        String property = header.get(i).substring(COLUMN.length());
        value(String.valueOf(members.get("hardware_type")), property, cell, violations)
            .ifPresent(value -> properties.put(property, value));
      }
    }
    members.put(PROPERTIES, properties);
    if (violations.isEmpty()) {
      add(one.line(), members);
    } else {
      add(new ImportRow(one.line(), unreadable(members.get("name")), null, null, violations));
    }
  }

  /** Takes the cell as text if the property is a string; otherwise parses it as JSON. */
  private Optional<Object> value(
      String type, String property, String cell, List<String> violations) {
    boolean isText =
        types
            .field(type, property)
            .map(field -> "string".equals(field.schema().getOrDefault("type", "string")))
            .orElse(true);
    if (isText) {
      return Optional.of(cell);
    }
    try {
      return Optional.ofNullable(JsonBody.parse(cell.getBytes(StandardCharsets.UTF_8)).value());
    } catch (Invalid _) {
      violations.add("/properties/" + property + ": must be valid JSON");
      return Optional.empty();
    }
  }

  private void add(int line, Map<String, Object> members) {
    Map<String, Object> rest = new LinkedHashMap<>(members);
    List<String> violations = new ArrayList<>();
    String project = text(rest, PROJECT, violations);
    HardwareId id = uuid(text(rest, UUID, violations), violations);
    HardwareService.Request request = unreadable(members.get("name"));
    try {
      request = EnrollmentRequestReader.read(new JsonBody(rest));
    } catch (Invalid e) {
      violations.addAll(e.violations());
    }
    add(new ImportRow(line, request, project, id, violations));
  }

  private void add(ImportRow row) {
    if (rows.size() == MAX_ROWS) {
      throw new Invalid(
          "The body must not have more than %d rows; split the import.".formatted(MAX_ROWS));
    }
    rows.add(row);
  }

  private static @Nullable String text(
      Map<String, Object> members, String name, List<String> violations) {
    Object value = members.remove(name);
    if (value == null || (value instanceof String text && text.matches("[\\x21-\\x7e]{1,255}"))) {
      return (String) value;
    }
    violations.add(name + ": must be a string of 1 to 255 printable ASCII characters");
    return null;
  }

  private static @Nullable HardwareId uuid(@Nullable String text, List<String> violations) {
    if (text == null) {
      return null;
    }
    Optional<HardwareId> id = HardwareReader.uuid(text);
    if (id.isEmpty()) {
      violations.add("uuid: must be a UUID");
    }
    return id.orElse(null);
  }

  /** Stands for a row that cannot be read, with its name if that is known. */
  private static HardwareService.Request unreadable(@Nullable Object name) {
    return new HardwareService.Request(
        name instanceof String text && text.length() <= 255 ? text : null, null, null);
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new Invalid("The body must be UTF-8.");
    }
  }

  private static RequestRefusedException tooLarge() {
    return new Invalid(
        "The body must not be larger than %d MiB; split the import.".formatted(MAX_BYTES >> 20));
  }

  /** Splits a body into lines and stops reading at its maximum size. */
  private static final class BoundedLines {

    private final InputStream in;
    private int read;

    BoundedLines(InputStream in) {
      this.in = new BufferedInputStream(in, 64 * 1024);
    }

    byte @Nullable [] line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(512);
      int c = in.read();
      if (c < 0) {
        return null;
      }
      while (c >= 0 && c != '\n') {
        if (++read > MAX_BYTES) {
          throw tooLarge();
        }
        line.write(c);
        c = in.read();
      }
      read++;
      return line.toByteArray();
    }
  }
}
