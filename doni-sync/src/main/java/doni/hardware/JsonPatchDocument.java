package doni.hardware;

import doni.request.RequestRefusedException.Invalid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mutable JSON object to which RFC 6902 operations are applied. */
final class JsonPatchDocument {

  private final Map<String, Object> root;

  JsonPatchDocument(Map<String, Object> root) {
    this.root = mutable(root);
  }

  Map<String, Object> root() {
    return root;
  }

  /**
   * Applies one operation below {@code /properties} or {@code /labels}; {@code path} is the rest of
   * it.
   */
  void apply(JsonPatchOperation operation, List<String> path) {
    Object container = root;
    for (String segment : path.subList(0, path.size() - 1)) {
      container = child(container, segment, operation);
    }
    String last = path.getLast();
    switch (container) {
      case Map<?, ?> map -> applyTo(asObject(map), last, operation);
      case List<?> list -> applyTo(asArray(list), last, operation);
      default -> throw missing(operation);
    }
  }

  private static void applyTo(
      Map<String, Object> object, String name, JsonPatchOperation operation) {
    if (operation.kind() != JsonPatchOperation.OperationKind.ADD && !object.containsKey(name)) {
      throw missing(operation);
    }
    Object value = operation.value();
    if (operation.kind() == JsonPatchOperation.OperationKind.REMOVE || value == null) {
      object.remove(name);
    } else {
      object.put(name, mutableValue(value));
    }
  }

  private static void applyTo(List<Object> array, String position, JsonPatchOperation operation) {
    boolean adding = operation.kind() == JsonPatchOperation.OperationKind.ADD;
    int index = position.equals("-") && adding ? array.size() : index(position, operation);
    if (index > array.size() || (!adding && index == array.size())) {
      throw missing(operation);
    }
    Object value = operation.value();
    if (operation.kind() != JsonPatchOperation.OperationKind.REMOVE && value == null) {
      throw new Invalid(operation.pointer() + ": null is not allowed in a list");
    }
    switch (operation.kind()) {
      case ADD -> array.add(index, mutableValue(java.util.Objects.requireNonNull(value)));
      case REPLACE -> array.set(index, mutableValue(java.util.Objects.requireNonNull(value)));
      case REMOVE -> array.remove(index);
    }
  }

  private static Object child(Object container, String segment, JsonPatchOperation operation) {
    Object child =
        switch (container) {
          case Map<?, ?> map -> map.get(segment);
          case List<?> list -> {
            int index = index(segment, operation);
            yield index < list.size() ? list.get(index) : null;
          }
          default -> null;
        };
    if (child == null) {
      throw missing(operation);
    }
    return child;
  }

  private static int index(String segment, JsonPatchOperation operation) {
    if (!segment.matches("0|[1-9][0-9]{0,5}")) {
      throw missing(operation);
    }
    return Integer.parseInt(segment);
  }

  private static Invalid missing(JsonPatchOperation operation) {
    return new Invalid(operation.pointer() + ": there is nothing at this path");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asObject(Map<?, ?> map) {
    return (Map<String, Object>) map;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> asArray(List<?> list) {
    return (List<Object>) list;
  }

  private static Map<String, Object> mutable(Map<?, ?> map) {
    Map<String, Object> copy = LinkedHashMap.newLinkedHashMap(map.size());
    map.forEach((name, value) -> copy.put((String) name, mutableValue(value)));
    return copy;
  }

  private static Object mutableValue(@Nullable Object value) {
    return switch (value) {
      case Map<?, ?> map -> mutable(map);
      case List<?> list -> {
        List<Object> copy = new ArrayList<>(list.size());
        list.forEach(item -> copy.add(mutableValue(item)));
        yield copy;
      }
      case null -> throw new Invalid("null is not allowed inside a value");
      default -> value;
    };
  }
}
