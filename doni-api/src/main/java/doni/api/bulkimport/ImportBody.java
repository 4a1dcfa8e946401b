package doni.api.bulkimport;

import doni.api.hardware.EnrollmentRequestReader;
import doni.api.web.ClientTextRules;
import doni.api.web.JsonBody;
import doni.bulkimport.ImportRow;
import doni.client.ImportText;
import doni.client.JsonRows;
import doni.client.UnreadableTextException;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Invalid;
import doni.worker.WorkerField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of an import. A mistake within one row is reported for that row; a mistake that
 * makes it impossible to separate rows refuses the request.
 *
 * <p>Only the text of the body is kept: each row is read when it is reached.
 */
public final class ImportBody {

  static final int MAX_BYTES = 8 * 1024 * 1024;
  static final int MAX_ROWS = 10_000;

  private static final String PROPERTIES = "properties";
  private static final String NAME = "name";
  private static final String TYPE = "hardware_type";
  private static final String PROJECT = "project_id";
  private static final String UUID = "uuid";

  private final HardwareTypes types;

  private ImportBody(HardwareTypes types) {
    this.types = types;
  }

  /** Reads JSON: an enrollment per line, an array of enrollments, or enrollments over lines. */
  static Iterable<ImportRow> json(InputStream body, HardwareTypes types) throws IOException {
    return new ImportBody(types).json(text(body));
  }

  /** Reads CSV: a header line with names of columns, then one row per device. */
  static Iterable<ImportRow> csv(InputStream body, HardwareTypes types) throws IOException {
    String text = text(body);
    if (JsonRows.isJson(text)) {
      throw new Invalid("This is JSON; send it as application/x-ndjson or application/json.");
    }
    return new ImportBody(types).csv(text);
  }

  /**
   * Reads JSON or CSV, whichever the first character shows. The whole body has been read when this
   * method returns.
   *
   * @throws Invalid if the rows cannot be separated, or exceed a limit
   */
  public static Iterable<ImportRow> any(InputStream body, HardwareTypes types) throws IOException {
    String text = text(body);
    ImportBody reader = new ImportBody(types);
    return JsonRows.isJson(text) ? reader.json(text) : reader.csv(text);
  }

  private Iterable<ImportRow> json(String text) {
    Iterable<JsonRows.JsonRow> rows = rows(text);
    return () -> StreamSupport.stream(rows.spliterator(), false).map(this::json).iterator();
  }

  private Iterable<ImportRow> csv(String text) {
    CsvTable table = CsvTable.of(text, properties(), MAX_ROWS);
    return () ->
        StreamSupport.stream(table.rows().spliterator(), false)
            .map(row -> csv(row, table.hasDecimalCommas()))
            .iterator();
  }

  private static String text(InputStream body) throws IOException {
    try {
      return ImportText.read(body, MAX_BYTES);
    } catch (UnreadableTextException e) {
      throw new Invalid(String.valueOf(e.getMessage()));
    }
  }

  private static Iterable<JsonRows.JsonRow> rows(String text) {
    try {
      return JsonRows.of(text, MAX_ROWS).rows();
    } catch (UnreadableTextException e) {
      throw new Invalid(String.valueOf(e.getMessage()));
    }
  }

  private Set<String> properties() {
    return types.names().stream()
        .flatMap(type -> types.fieldsOf(type).stream())
        .map(WorkerField::name)
        .collect(Collectors.toSet());
  }

  private ImportRow json(JsonRows.JsonRow row) {
    try {
      Optional<Map<String, Object>> members =
          JsonBody.object(JsonBody.parseRow(row.text()).value());
      return members.isPresent()
          ? row(row.line(), members.get())
          : refused(row.line(), null, List.of("The row must be a JSON object."));
    } catch (Invalid e) {
      return refused(row.line(), null, e.violations());
    }
  }

  private ImportRow csv(CsvTable.CsvRow row, boolean decimalCommas) {
    Map<String, Object> members = new LinkedHashMap<>();
    CsvTable.MEMBERS.forEach(member ->
        Optional.ofNullable(row.cells().get(member))
            .map(String::strip)
            .filter(cell -> !cell.isEmpty())
            .ifPresent(cell -> members.put(member, cell)));
    CsvCells cells =
        new CsvCells(types, String.valueOf(members.get(TYPE)), decimalCommas, new ArrayList<>());
    row.nameless()
        .forEach(column ->
            cells.violations().add("column " + column + " has a value but no name in the header"));
    Map<String, Object> properties = new LinkedHashMap<>();
    row.cells()
        .forEach((column, cell) -> {
          if (column.startsWith(CsvTable.PROPERTY)) {
            String property = column.substring(CsvTable.PROPERTY.length());
            cells.value(property, cell).ifPresent(value -> properties.put(property, value));
          }
        });
    members.put(PROPERTIES, properties);
    Map<String, Object> labels = labels(row);
    if (!labels.isEmpty()) {
      members.put("labels", labels);
    }
    return cells.violations().isEmpty()
        ? row(row.line(), members)
        : refused(row.line(), members.get(NAME), cells.violations());
  }

  /** An empty cell adds no label. */
  private static Map<String, Object> labels(CsvTable.CsvRow row) {
    Map<String, Object> labels = new LinkedHashMap<>();
    row.cells()
        .forEach((column, cell) -> {
          if (column.startsWith(CsvTable.LABEL) && !cell.isBlank()) {
            labels.put(column.substring(CsvTable.LABEL.length()), cell.strip());
          }
        });
    return labels;
  }

  private static ImportRow row(int line, Map<String, Object> members) {
    Map<String, Object> rest = new LinkedHashMap<>(members);
    List<String> violations = new ArrayList<>();
    String project = text(rest, PROJECT, violations);
    HardwareId id = uuid(text(rest, UUID, violations), violations);
    HardwareService.Request request = unreadable(members.get(NAME));
    try {
      request = EnrollmentRequestReader.read(new JsonBody(rest));
    } catch (Invalid e) {
      violations.addAll(e.violations());
    }
    return new ImportRow(line, request, project, id, violations);
  }

  private static ImportRow refused(int line, @Nullable Object name, List<String> violations) {
    return new ImportRow(line, unreadable(name), null, null, violations);
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

  /**
   * Reads the cells of one row as values of properties.
   *
   * @param decimalCommas whether a number may have a comma as its decimal separator
   * @param violations collects what is wrong
   */
  private record CsvCells(
      HardwareTypes types, String hardwareType, boolean decimalCommas, List<String> violations) {

    /** Takes the cell as text if the property is a string; otherwise parses it as JSON. */
    Optional<Object> value(String property, String cell) {
      if (!ClientTextRules.isStorable(cell)) {
        return refuse(property, "must not contain U+0000 or an unpaired surrogate");
      }
      Object type =
          types
              .field(hardwareType, property)
              .map(field -> field.schema().getOrDefault("type", "string"))
              .orElse("string");
      return switch (String.valueOf(type)) {
        case "string" -> Optional.of(cell);
        case "boolean" -> truth(property, cell.strip());
        case "number", "integer" -> number(property, cell.strip());
        default -> json(property, cell);
      };
    }

    /** Excel writes truth values in capitals. */
    private Optional<Object> truth(String property, String cell) {
      return cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false")
          ? Optional.of(cell.equalsIgnoreCase("true"))
          : refuse(property, "must be true or false");
    }

    private Optional<Object> number(String property, String cell) {
      String plain = decimalCommas && cell.matches("-?\\d+,\\d+") ? cell.replace(',', '.') : cell;
      try {
        return JsonBody.parse(plain.getBytes(StandardCharsets.UTF_8)).value()
                instanceof Number number
            ? Optional.of(number)
            : refuse(property, "must be a number");
      } catch (Invalid _) {
        return refuse(property, "must be a number");
      }
    }

    private Optional<Object> json(String property, String cell) {
      try {
        return Optional.ofNullable(JsonBody.parse(cell.getBytes(StandardCharsets.UTF_8)).value());
      } catch (Invalid _) {
        return refuse(
            property,
            cell.matches("(?s).*[\\u201c-\\u201f].*")
                ? "must be valid JSON; replace its typographic quotes by straight ones"
                : "must be valid JSON");
      }
    }

    private Optional<Object> refuse(String property, String why) {
      violations.add("/properties/" + ClientTextRules.quote(property) + ": " + why);
      return Optional.empty();
    }
  }
}
