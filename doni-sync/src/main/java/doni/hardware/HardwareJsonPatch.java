package doni.hardware;

import doni.enrollment.LabelSyntax;
import doni.enrollment.ReservationWindow;
import doni.enrollment.Secret;
import doni.hardwaretype.HardwareTypes;
import doni.request.RequestRefusedException.Invalid;
import doni.worker.WorkerField;
import doni.worker.WorkerField.Fallback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An RFC 6902 patch against {@code {name, hardware_type, properties, labels, availability}}.
 *
 * <p>The value {@code null} removes a property. A mask in place of a secret keeps the secret. An
 * issued property that is removed or emptied is issued again.
 */
record HardwareJsonPatch(List<JsonPatchOperation> operations) {

  private static final String AVAILABILITY = "availability";

  HardwareJsonPatch {
    operations = List.copyOf(operations);
  }

  /** Returns the patched hardware; it is not yet checked against the rules of its type. */
  HardwareRecord applyTo(HardwareRecord stored, HardwareTypes types) {
    String name = stored.name();
    String hardwareType = stored.hardwareType();
    JsonPatchDocument properties = new JsonPatchDocument(stored.properties());
    JsonPatchDocument labels = new JsonPatchDocument(new LinkedHashMap<>(stored.labels()));
    for (JsonPatchOperation operation : operations) {
      List<String> path = operation.path();
      switch (path.getFirst()) {
        case "name" -> name = text(operation);
        case "hardware_type" -> hardwareType = text(operation);
        case "properties" -> properties = applyToObject(properties, operation);
        case "labels" -> labels = applyToObject(labels, operation);
        case AVAILABILITY -> {
          // See applyTo(List).
        }
        default ->
            throw new Invalid(
                operation.pointer()
                    + ": cannot be changed; allowed are /name, /hardware_type, /properties, /labels"
                    + " and /availability");
      }
    }
    return stored
        .with(name, hardwareType, normalized(properties.root(), stored, hardwareType, types))
        .with(labels(labels.root()));
  }

  /**
   * Returns labels as they are stored.
   *
   * @throws Invalid if they are not valid
   */
  static Map<String, String> labels(Map<String, Object> patched) {
    List<String> violations = LabelSyntax.violations(patched);
    if (!violations.isEmpty()) {
      throw new Invalid(violations);
    }
    Map<String, String> labels = new LinkedHashMap<>();
    patched.forEach((key, value) -> labels.put(key, (String) value));
    return labels;
  }

  /**
   * Returns the masked properties to which the patch gives a value, be it the stored one or
   * another: whether they are equal must not show.
   */
  Set<String> masked(String hardwareType, HardwareTypes types) {
    Set<String> written = new TreeSet<>();
    for (JsonPatchOperation operation : operations) {
      if (!operation.path().getFirst().equals("properties")) {
        continue;
      }
      if (operation.path().size() > 1) {
        addMasked(written, operation.path().get(1), operation.value(), hardwareType, types);
      } else if (operation.value() instanceof Map<?, ?> map) {
        map.forEach(
            (name, value) -> addMasked(written, String.valueOf(name), value, hardwareType, types));
      }
    }
    return written;
  }

  private static void addMasked(
      Set<String> written,
      String name,
      @Nullable Object value,
      String hardwareType,
      HardwareTypes types) {
    if (value != null
        && !Secret.MASK.equals(value)
        && types.field(hardwareType, name).map(WorkerField::masked).orElse(false)) {
      written.add(name);
    }
  }

  /** Returns whether the patch changes reservation windows. */
  boolean changesWindows() {
    return operations.stream().anyMatch(HardwareJsonPatch::isAboutWindows);
  }

  /** Returns the patched reservation windows, in their order; new ones come last. */
  List<ReservationWindow> applyTo(List<ReservationWindow> stored) {
    Windows windows = new Windows(stored);
    operations.stream().filter(HardwareJsonPatch::isAboutWindows).forEach(windows::apply);
    return windows.result();
  }

  private static boolean isAboutWindows(JsonPatchOperation operation) {
    return operation.path().getFirst().equals(AVAILABILITY);
  }

  /** Applies an operation to the properties or to the labels. */
  private static JsonPatchDocument applyToObject(
      JsonPatchDocument object, JsonPatchOperation operation) {
    if (operation.path().size() > 1) {
      object.apply(operation, operation.path().subList(1, operation.path().size()));
      return object;
    }
    if (operation.kind() == JsonPatchOperation.OperationKind.REMOVE
        || !(operation.value() instanceof Map<?, ?> map)) {
      throw new Invalid(operation.pointer() + ": must be an object");
    }
    Map<String, Object> replacement = new LinkedHashMap<>();
    map.forEach((key, value) -> {
      if (value != null) {
        replacement.put((String) key, value);
      }
    });
    return new JsonPatchDocument(replacement);
  }

  private static String text(JsonPatchOperation operation) {
    if (operation.path().size() == 1
        && operation.kind() != JsonPatchOperation.OperationKind.REMOVE
        && operation.value() instanceof String text) {
      return text;
    }
    throw new Invalid(operation.pointer() + ": must be a string, and cannot be removed");
  }

  private static Map<String, Object> normalized(
      Map<String, Object> patched,
      HardwareRecord stored,
      String hardwareType,
      HardwareTypes types) {
    Map<String, Object> result = new LinkedHashMap<>(patched);
    for (WorkerField field : types.fieldsOf(hardwareType)) {
      Object value = result.get(field.name());
      Object before = stored.properties().get(field.name());
      if (field.masked() && Secret.MASK.equals(value) && before != null) {
        result.put(field.name(), before);
      } else if (field.encrypted() && value instanceof String text && !text.isEmpty()) {
        result.put(field.name(), new Secret(text));
      } else if (field.fallback() instanceof Fallback.Issued(Supplier<String> source)
          && (value == null || "".equals(value))) {
        result.put(field.name(), new Secret(source.get()));
      }
    }
    return result;
  }

  /** Reservation windows while a patch is applied. */
  private static final class Windows {

    /**
     * A window that is being changed: its start may be after its end until the patch is complete.
     */
    private record Draft(UUID uuid, Instant start, Instant end) {}

    private final Map<UUID, Draft> byUuid = new LinkedHashMap<>();

    Windows(List<ReservationWindow> windows) {
      windows.forEach(window -> put(window.uuid(), window.start(), window.end()));
    }

    void apply(JsonPatchOperation operation) {
      List<String> path = operation.path();
      if (path.size() == 2
          && path.get(1).equals("-")
          && operation.kind() == JsonPatchOperation.OperationKind.ADD) {
        Map<?, ?> value = object(operation);
        put(
            UUID.randomUUID(),
            time(operation, "start", value.get("start")),
            time(operation, "end", value.get("end")));
        return;
      }
      Draft window = existing(operation);
      if (path.size() == 2 && operation.kind() == JsonPatchOperation.OperationKind.REMOVE) {
        byUuid.remove(window.uuid());
      } else if (path.size() == 2 && operation.kind() == JsonPatchOperation.OperationKind.REPLACE) {
        Map<?, ?> value = object(operation);
        put(
            window.uuid(),
            time(operation, "start", value.get("start")),
            time(operation, "end", value.get("end")));
      } else if (path.size() == 3
          && operation.kind() != JsonPatchOperation.OperationKind.REMOVE
          && path.get(2).equals("start")) {
        put(window.uuid(), time(operation, "start", operation.value()), window.end());
      } else if (path.size() == 3
          && operation.kind() != JsonPatchOperation.OperationKind.REMOVE
          && path.get(2).equals("end")) {
        put(window.uuid(), window.start(), time(operation, "end", operation.value()));
      } else {
        throw new Invalid(
            operation.pointer()
                + ": allowed are add /availability/-, replace /availability/<uuid>/start and"
                + " .../end, remove /availability/<uuid>");
      }
    }

    List<ReservationWindow> result() {
      List<ReservationWindow> result = new ArrayList<>();
      for (Draft window : byUuid.values()) {
        if (!window.start().isBefore(window.end())) {
          throw new Invalid("/availability: start must be before end");
        }
        result.add(new ReservationWindow(window.uuid(), window.start(), window.end()));
      }
      return List.copyOf(result);
    }

    private void put(UUID uuid, Instant start, Instant end) {
      byUuid.put(uuid, new Draft(uuid, start, end));
    }

    private Draft existing(JsonPatchOperation operation) {
      return byUuid.values().stream()
          .filter(window ->
              operation.path().size() > 1
                  && window.uuid().toString().equalsIgnoreCase(operation.path().get(1)))
          .findFirst()
          .orElseThrow(() -> new Invalid(operation.pointer() + ": the device has no such window"));
    }

    private static Map<?, ?> object(JsonPatchOperation operation) {
      if (operation.value() instanceof Map<?, ?> map) {
        for (Object key : map.keySet()) {
          if (!"start".equals(key) && !"end".equals(key)) {
            throw new Invalid(
                operation.pointer() + "/" + key + ": unknown; a window has start and end");
          }
        }
        return map;
      }
      throw new Invalid(operation.pointer() + ": must be an object with start and end");
    }

    private static Instant time(
        JsonPatchOperation operation, String field, @Nullable Object value) {
      Optional<Instant> time = ReservationTimeParser.parse(value);
      return time.orElseThrow(() ->
          new Invalid(
              operation.pointer()
                  + ": "
                  + field
                  + " must be a time such as 2031-03-03T00:00:00+00:00, from 1970 to 9998"));
    }
  }
}
