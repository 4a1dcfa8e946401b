package doni.api.bulkimport;

import doni.api.body.JsonBody;
import doni.api.hardware.EnrollmentRequest;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an import. What is wrong with one row is told of that row; what keeps rows from being
 * told apart refuses the request.
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

  /** One JSON object a line; empty lines count as lines and are no rows. */
  static List<ImportRow> jsonLines(InputStream body, HardwareTypes types) throws IOException {
    ImportBody rows = new ImportBody(types);
    Bounded in = new Bounded(body);
    int line = 0;
    for (byte[] text = in.line(); text != null; text = in.line()) {
      line++;
      rows.addJson(line, text);
    }
    return rows.rows;
  }

  /** A header with the names of the columns, then a row for each device. */
  static List<ImportRow> csv(InputStream body, HardwareTypes types) throws IOException {
    ImportBody rows = new ImportBody(types);
    byte[] bytes = body.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw tooLarge();
    }
    List<CsvRecords.CsvRecord> records = CsvRecords.of(decode(bytes));
    if (records.isEmpty()) {
      throw new Invalid("The body is empty; it must begin with the names of the columns.");
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
                "'"
                    + column
                    + "' is no column; allowed: "
                    + String.join(", ", COLUMNS)
                    + " and properties.<name>")
            .toList();
    if (!wrong.isEmpty()) {
      throw new Invalid(wrong);
    }
    if (columns.stream().distinct().count() != columns.size()) {
      throw new Invalid("a column stands there twice");
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
      add(new ImportRow(line, nobody(null), null, null, e.violations()));
    }
  }

  private void addCsv(List<String> header, CsvRecords.CsvRecord one) {
    Map<String, Object> members = new LinkedHashMap<>();
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> violations = new ArrayList<>();
    if (one.cells().size() != header.size()) {
      violations.add("has %d cells; allowed: %d".formatted(one.cells().size(), header.size()));
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
      add(new ImportRow(one.line(), nobody(members.get("name")), null, null, violations));
    }
  }

  /** A text where the property is one; everything else is written as JSON. */
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
      violations.add("/properties/" + property + ": is no JSON");
      return Optional.empty();
    }
  }

  private void add(int line, Map<String, Object> members) {
    Map<String, Object> rest = new LinkedHashMap<>(members);
    List<String> violations = new ArrayList<>();
    String project = text(rest, PROJECT, violations);
    HardwareId id = uuid(text(rest, UUID, violations), violations);
    HardwareService.Request request = nobody(members.get("name"));
    try {
      request = EnrollmentRequest.read(new JsonBody(rest));
    } catch (Invalid e) {
      violations.addAll(e.violations());
    }
    add(new ImportRow(line, request, project, id, violations));
  }

  private void add(ImportRow row) {
    if (rows.size() == MAX_ROWS) {
      throw new Invalid("more than %d rows; send them in parts".formatted(MAX_ROWS));
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
      violations.add("uuid: is no UUID");
    }
    return id.orElse(null);
  }

  /** A row that cannot be read, with its name if that can be. */
  private static HardwareService.Request nobody(@Nullable Object name) {
    return new HardwareService.Request(
        name instanceof String text && text.length() <= 255 ? text : null, null, null);
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new Invalid("The body is not UTF-8.");
    }
  }

  private static RequestRefusedException tooLarge() {
    return new Invalid(
        "The body must not be larger than %d MiB; send it in parts".formatted(MAX_BYTES >> 20));
  }

  /** Lines of a body, of which never more than is allowed is read. */
  private static final class Bounded {

    private final InputStream in;
    private int read;

    Bounded(InputStream in) {
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
