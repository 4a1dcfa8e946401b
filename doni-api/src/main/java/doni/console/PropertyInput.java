package doni.console;

import doni.api.web.JsonBody;
import doni.request.RequestRefusedException;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One input of a form: a member of an enrollment, a property, or a member of a property that is an
 * object. Its name is the JSON pointer of its value, by which violations refer to it as well.
 *
 * @param path the pointer, split
 * @param choices the allowed values of a choice
 * @param required whether a browser refuses to send the form without it
 * @param issued whether Doni issues a value if it is left empty
 * @param fallback the value that an empty input stands for; empty for none
 * @param shape the names of the members of a value that is entered as JSON; empty for other kinds
 */
record PropertyInput(
    List<String> path,
    InputKind kind,
    List<String> choices,
    boolean required,
    boolean issued,
    String fallback,
    String shape) {

  /** How a value is entered. */
  enum InputKind {
    TEXT,
    EMAIL,
    NUMBER,
    TRUTH,
    CHOICE,
    /** Never sent to a browser. */
    SECRET,
    /** A list of texts, one per line. */
    LINES,
    /** Labels, one {@code key=value} per line. */
    LABELS,
    /** A value that has no simpler form. */
    JSON;

    private boolean severalLines() {
      return this == LINES || this == LABELS || this == JSON;
    }
  }

  static final PropertyInput NAME = plain("name", InputKind.TEXT, true);
  static final PropertyInput LABELS = plain("labels", InputKind.LABELS, false);

  private static final String PROPERTIES = "properties";
  private static final String TYPE = "type";
  private static final JsonMapper JSON = JsonMapper.shared();

  PropertyInput {
    path = List.copyOf(path);
    choices = List.copyOf(choices);
  }

  private static PropertyInput plain(String member, InputKind kind, boolean required) {
    return new PropertyInput(List.of(member), kind, List.of(), required, false, "", "");
  }

  /** Returns the inputs for the fields of a hardware type; required fields come first. */
  static List<PropertyInput> of(List<WorkerField> fields) {
    return fields.stream()
        .sorted(Comparator.comparing(field -> !field.required()))
        .flatMap(field ->
            parts(field, List.of(PROPERTIES, field.name()), field.schema(), field.required()))
        .toList();
  }

  private static Stream<PropertyInput> parts(
      WorkerField field, List<String> path, Map<String, Object> schema, boolean required) {
    Map<String, Object> members = object(schema.get(PROPERTIES));
    if (field.encrypted() || members.isEmpty()) {
      return Stream.of(part(field, path, schema, required));
    }
    List<?> needed = schema.get("required") instanceof List<?> names ? names : List.of();
    return members.keySet().stream()
        .sorted(
            Comparator.<String, Boolean>comparing(name -> !needed.contains(name))
                .thenComparing(Comparator.naturalOrder()))
        .flatMap(name ->
            parts(
                field,
                Stream.concat(path.stream(), Stream.of(name)).toList(),
                object(members.get(name)),
                required && needed.contains(name)));
  }

  private static PropertyInput part(
      WorkerField field, List<String> path, Map<String, Object> schema, boolean required) {
    InputKind kind = field.encrypted() ? InputKind.SECRET : kind(schema);
    Object fallback =
        switch (field.fallback()) {
          case Fallback.Declared(Object value) -> value;
          case Fallback.Stored(Object value) -> value;
          case Fallback.None _, Fallback.Issued _ -> null;
        };
    Map<String, Object> items = object(object(schema.get("items")).get(PROPERTIES));
    return new PropertyInput(
        path,
        kind,
        schema.get("enum") instanceof List<?> values
            ? values.stream().map(String::valueOf).toList()
            : List.of(),
        required && fallback == null,
        field.fallback() instanceof Fallback.Issued,
        fallback == null ? "" : String.valueOf(fallback),
        kind == InputKind.JSON ? String.join(", ", items.keySet().stream().sorted().toList()) : "");
  }

  private static InputKind kind(Map<String, Object> schema) {
    return switch (String.valueOf(schema.getOrDefault(TYPE, "string"))) {
      case "string" ->
          schema.containsKey("enum")
              ? InputKind.CHOICE
              : "email".equals(schema.get("format")) ? InputKind.EMAIL : InputKind.TEXT;
      case "boolean" -> InputKind.TRUTH;
      case "number", "integer" -> InputKind.NUMBER;
      case "array" ->
          "string".equals(object(schema.get("items")).get(TYPE)) ? InputKind.LINES : InputKind.JSON;
      default -> InputKind.JSON;
    };
  }

  private static Map<String, Object> object(@Nullable Object value) {
    return JsonBody.object(value).orElse(Map.of());
  }

  /** Returns the JSON pointer of the value, which is the name of the input. */
  public String pointer() {
    return DeviceForm.pointer(path);
  }

  /** Returns the id of the element. */
  public String id() {
    return "field." + String.join(".", path);
  }

  /** Returns what the input is about: a property, or another member of an enrollment. */
  public String member() {
    return path.size() > 1 ? path.get(1) : path.getFirst();
  }

  /** Returns the name of the value inside its property; the property's own name if it is all. */
  public String label() {
    return path.size() > 2 ? String.join(" / ", path.subList(2, path.size())) : member();
  }

  /** Returns the last name, by which texts about the input are found. */
  public String key() {
    return path.getLast();
  }

  boolean isSecret() {
    return kind == InputKind.SECRET;
  }

  /** Returns a stored value as the input shows it; never a secret. */
  String shown(@Nullable Object value) {
    if (value == null || isSecret()) {
      return "";
    }
    return switch (value) {
      case List<?> list when kind == InputKind.LINES ->
          normalized(String.join("\n", list.stream().map(String::valueOf).toList()));
      case Map<?, ?> labels when kind == InputKind.LABELS ->
          String.join(
              "\n",
              labels.entrySet().stream()
                  .map(label -> label.getKey() + "=" + label.getValue())
                  .toList());
      case String text -> normalized(text);
      default ->
          normalized(
              kind == InputKind.JSON
                  ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value)
                  : JSON.writeValueAsString(value));
    };
  }

  /** Returns the text of an input as a browser may have sent it, without what browsers add. */
  String normalized(@Nullable String text) {
    if (text == null) {
      return "";
    }
    if (isSecret()) {
      return text;
    }
    String lines = text.replace("\r\n", "\n").replace('\r', '\n');
    return (kind.severalLines() ? lines : lines.replace("\n", "")).strip();
  }

  /**
   * Reads the value that a text stands for.
   *
   * @param text as {@link #normalized}; not empty
   * @param violations collects what is wrong with it
   */
  Optional<Object> read(String text, List<String> violations) {
    return switch (kind) {
      case TEXT, EMAIL, CHOICE, SECRET -> Optional.of(text);
      case TRUTH -> Optional.of(Boolean.valueOf(text));
      case LINES ->
          Optional.of(text.lines().map(String::strip).filter(one -> !one.isEmpty()).toList());
      case LABELS -> Optional.of(labels(text, violations));
      case NUMBER -> {
        Optional<Object> number = json(text).filter(Number.class::isInstance);
        if (number.isEmpty()) {
          violations.add(pointer() + ": must be a number");
        }
        yield number;
      }
      case JSON -> {
        Optional<Object> value = json(text);
        if (value.isEmpty()) {
          violations.add(pointer() + ": must be valid JSON");
        }
        yield value;
      }
    };
  }

  private static Optional<Object> json(String text) {
    try {
      return Optional.ofNullable(JsonBody.parse(text.getBytes(StandardCharsets.UTF_8)).value());
    } catch (RequestRefusedException.Invalid _) {
      return Optional.empty();
    }
  }

  private Map<String, Object> labels(String text, List<String> violations) {
    Map<String, Object> labels = new LinkedHashMap<>();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .forEach(line -> {
          int end = line.indexOf('=');
          if (end < 1) {
            violations.add(pointer() + ": each line must be key=value");
          } else if (labels.put(line.substring(0, end).strip(), line.substring(end + 1).strip())
              != null) {
            violations.add(pointer() + ": a key must not be repeated");
          }
        });
    return labels;
  }
}
