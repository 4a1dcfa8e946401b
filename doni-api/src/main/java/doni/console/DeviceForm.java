package doni.console;

import doni.api.web.JsonBody;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The form of a device: its inputs, what stands in them, and what is wrong with it. A secret is
 * read from a form and never shown in one.
 */
final class DeviceForm {

  /** Name of the checkboxes that remove a stored secret. */
  static final String REMOVE = "remove";

  /** The validator names a missing member at the object that lacks it. */
  private static final Pattern MISSING =
      Pattern.compile("(/[^:]*): required property '([^']+)' not found");

  private static final Pattern REQUIRED = Pattern.compile("(\\w+): is required");
  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * The inputs of one property.
   *
   * @param member the property, or another member of an enrollment
   */
  record InputGroup(String member, List<PropertyInput> inputs) {

    /** Returns whether the inputs are the members of an object. */
    public boolean isObject() {
      return inputs.size() > 1 || inputs.getFirst().path().size() > 2;
    }
  }

  private final List<PropertyInput> inputs;
  private final Map<String, String> texts;

  /** The pointers of stored secrets. */
  private final Set<String> stored;

  private final Map<String, String> errors = new LinkedHashMap<>();
  private final List<String> others = new ArrayList<>();

  private DeviceForm(List<PropertyInput> inputs, Map<String, String> texts, Set<String> stored) {
    this.inputs = List.copyOf(inputs);
    this.texts = texts;
    this.stored = stored;
  }

  /** Returns a form in which nothing is entered. */
  static DeviceForm empty(List<PropertyInput> inputs) {
    return new DeviceForm(inputs, Map.of(), Set.of());
  }

  /** Returns a form that shows the members of an enrollment. */
  static DeviceForm showing(List<PropertyInput> inputs, Map<String, Object> members) {
    Map<String, String> texts = new LinkedHashMap<>();
    inputs.forEach(input -> texts.put(input.pointer(), input.shown(value(members, input.path()))));
    return new DeviceForm(inputs, texts, secrets(inputs, members));
  }

  /**
   * Returns what a browser sent.
   *
   * @param stored the members of the device; empty for a new one
   */
  static DeviceForm sent(
      List<PropertyInput> inputs, HttpServletRequest request, Map<String, Object> stored) {
    Map<String, String> texts = new LinkedHashMap<>();
    inputs.forEach(input ->
        texts.put(input.pointer(), input.normalized(request.getParameter(input.pointer()))));
    return new DeviceForm(inputs, texts, secrets(inputs, stored));
  }

  private static Set<String> secrets(List<PropertyInput> inputs, Map<String, Object> stored) {
    return inputs.stream()
        .filter(input -> input.isSecret() && value(stored, input.path()) != null)
        .map(PropertyInput::pointer)
        .collect(Collectors.toSet());
  }

  static @Nullable Object value(Map<String, Object> members, List<String> path) {
    Object value = members;
    for (String segment : path) {
      value = value instanceof Map<?, ?> map ? map.get(segment) : null;
    }
    return value;
  }

  static String pointer(List<String> path) {
    return path.stream()
        .map(segment -> "/" + segment.replace("~", "~0").replace("/", "~1"))
        .collect(Collectors.joining());
  }

  /** Returns the inputs, in order, by the property that they are about. */
  public List<InputGroup> groups() {
    Map<String, List<PropertyInput>> groups = new LinkedHashMap<>();
    for (PropertyInput input : inputs) {
      groups.computeIfAbsent(pointer(head(input)), _ -> new ArrayList<>()).add(input);
    }
    return groups.values().stream()
        .map(group -> new InputGroup(group.getFirst().member(), List.copyOf(group)))
        .toList();
  }

  /** Returns the path of the property, or of the other member, that an input is about. */
  static List<String> head(PropertyInput input) {
    return input.path().subList(0, Math.min(2, input.path().size()));
  }

  /** Returns what an input shows; empty for a secret. */
  public String value(PropertyInput input) {
    return input.isSecret() ? "" : text(input);
  }

  /** Returns the choices of an input, with a stored value that is no longer one of them. */
  public List<String> choices(PropertyInput input) {
    String value = value(input);
    if (value.isEmpty() || input.choices().contains(value)) {
      return input.choices();
    }
    List<String> choices = new ArrayList<>(input.choices());
    choices.add(value);
    return choices;
  }

  /** Returns what stands in an input, also in that of a secret. */
  String text(PropertyInput input) {
    return texts.getOrDefault(input.pointer(), "");
  }

  /** Returns whether an empty input keeps a stored secret. */
  public boolean isKept(PropertyInput input) {
    return stored.contains(input.pointer());
  }

  /** Returns whether a stored secret can be removed, or be issued again. */
  public boolean isRemovable(PropertyInput input) {
    return isKept(input) && !input.required();
  }

  /** Returns what is wrong with an input; null if nothing is. */
  public @Nullable String error(PropertyInput input) {
    return errors.get(input.pointer());
  }

  /** Returns the inputs that are wrong, in their order. */
  public List<PropertyInput> wrong() {
    return inputs.stream().filter(input -> errors.containsKey(input.pointer())).toList();
  }

  /** Returns whether the cursor belongs here: the first input that is wrong. */
  public boolean isFirstWrong(PropertyInput input) {
    return !wrong().isEmpty() && wrong().getFirst().equals(input);
  }

  /** Returns what is wrong with no input in particular. */
  public List<String> others() {
    return List.copyOf(others);
  }

  /** Returns whether anything is wrong. */
  public boolean isRefused() {
    return !errors.isEmpty() || !others.isEmpty();
  }

  /** Returns the inputs in which this form has something else than another one. */
  List<PropertyInput> differingFrom(DeviceForm other) {
    return inputs.stream()
        .filter(input -> !input.isSecret() && !text(input).equals(other.text(input)))
        .toList();
  }

  /**
   * Returns the members of an enrollment that the form stands for; what is left empty is left out.
   *
   * @throws RequestRefusedException.Invalid if a text cannot be read as its value
   */
  Map<String, Object> members() {
    List<String> violations = new ArrayList<>();
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("properties", new LinkedHashMap<>());
    for (PropertyInput input : inputs) {
      String text = text(input);
      if (!text.isEmpty()) {
        input.read(text, violations).ifPresent(value -> put(members, input.path(), value));
      }
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return members;
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> members, List<String> path, Object value) {
    Map<String, Object> at = members;
    for (String segment : path.subList(0, path.size() - 1)) {
      at =
          (Map<String, Object>)
              Objects.requireNonNull(at.computeIfAbsent(segment, _ -> new LinkedHashMap<>()));
    }
    at.put(path.getLast(), value);
  }

  /** Returns a value as a request body, which is read as strictly as one from a client. */
  static JsonBody json(Object value) {
    return JsonBody.parse(JSON.writeValueAsBytes(value));
  }

  /**
   * Adds what is wrong, beside the inputs that it is about.
   *
   * @return this form
   */
  DeviceForm refused(RequestRefusedException refusal) {
    String text = String.valueOf(refusal.getMessage());
    switch (refusal) {
      case RequestRefusedException.Invalid invalid -> invalid.violations().forEach(this::refuse);
      case RequestRefusedException.Conflict _ when text.equals(taken()) -> refuse("/name: " + text);
      // Whether the caller may open the form is checked before; the labels of the site are left.
      case RequestRefusedException.Forbidden _ -> refuse("/labels: " + text);
      default -> others.add(text);
    }
    return this;
  }

  private String taken() {
    return String.valueOf(
        RequestRefusedException.Conflict.name(text(PropertyInput.NAME)).getMessage());
  }

  private void refuse(String violation) {
    Matcher missing = MISSING.matcher(violation);
    Matcher required = REQUIRED.matcher(violation);
    int end = violation.indexOf(": ");
    if (missing.matches()) {
      refuse(missing.group(1) + "/" + missing.group(2), "is required", violation);
    } else if (required.matches()) {
      refuse("/" + required.group(1), "is required", violation);
    } else if (end > 0) {
      String path = violation.substring(0, end);
      refuse(path.startsWith("/") ? path : "/" + path, violation.substring(end + 2), violation);
    } else {
      others.add(violation);
    }
  }

  private void refuse(String path, String text, String violation) {
    Optional<PropertyInput> input =
        inputs.stream()
            .filter(one -> path.equals(one.pointer()) || path.startsWith(one.pointer() + "/"))
            .findFirst()
            .or(() ->
                inputs.stream().filter(one -> one.pointer().startsWith(path + "/")).findFirst());
    if (input.isEmpty() || path.equals("/properties")) {
      others.add(violation);
      return;
    }
    String pointer = input.get().pointer();
    String shown = path.equals(pointer) ? text : violation;
    errors.merge(pointer, shown, (known, more) -> known + "; " + more);
  }
}
