package doni.worker.ironic;

import doni.enrollment.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a JSON patch. Ironic offers no {@code test}, so there is no telling it what is
 * expected to be there.
 *
 * @param value null to remove; a {@link Secret} where nobody may see it
 */
record PatchStep(String path, @Nullable Object value) {

  /** Sets a key, whether it is there or not. */
  static PatchStep set(String path, Object value) {
    return new PatchStep(path, value);
  }

  /** Removes a key that was seen a moment ago; Ironic refuses to remove an absent one. */
  static PatchStep remove(String path) {
    return new PatchStep(path, null);
  }

  boolean isBelow(String parent) {
    return path.startsWith(parent);
  }

  /** As it is sent. */
  Map<String, Object> operation() {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("op", value == null ? "remove" : "add");
    operation.put("path", path);
    if (value != null) {
      operation.put("value", value);
    }
    return operation;
  }

  /** The value for an event; null where there is none, and for what tells how to reach a BMC. */
  @Nullable String shownValue() {
    return value == null || value instanceof Secret || isBelow("/driver_info/")
        ? null
        : value.toString();
  }
}
