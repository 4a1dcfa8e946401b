package doni.api.web;

import doni.request.RequestRefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request's JSON body, for use as a {@code @RequestBody} parameter. The converter refuses invalid
 * JSON and values that Postgres cannot store.
 *
 * @param value an immutable JSON value: string, boolean, integer, {@link java.math.BigDecimal},
 *     list, map or null
 */
public record JsonBody(@Nullable Object value) {

  /**
   * Parses one JSON text as strictly as a request body.
   *
   * @throws RequestRefusedException.Invalid if it is not valid
   */
  public static JsonBody parse(byte[] utf8) {
    return new JsonBody(StrictJsonReader.read(utf8));
  }

  /**
   * Parses one row of a larger text as strictly as a request body.
   *
   * @throws RequestRefusedException.Invalid if it is not valid
   */
  public static JsonBody parseRow(String row) {
    return new JsonBody(StrictJsonReader.read(row, StrictJsonReader.JsonSource.ROW));
  }

  /**
   * Returns the members of the body, which must be an object.
   *
   * @throws RequestRefusedException.Invalid if it is not an object
   */
  public Map<String, Object> object() {
    return object(value)
        .orElseThrow(() -> new RequestRefusedException.Invalid("The body must be a JSON object."));
  }

  /**
   * Returns the elements of the body, which must be an array.
   *
   * @throws RequestRefusedException.Invalid if it is not an array
   */
  public List<?> array() {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new RequestRefusedException.Invalid("The body must be a JSON array.");
  }

  /**
   * Returns the members of an object inside a body, including null values; empty if the value is
   * not an object.
   */
  public static Optional<Map<String, Object>> object(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put(String.valueOf(name), member));
    return Optional.of(members);
  }

  /** Without the value: Spring MVC logs this text at DEBUG, and a body may contain secrets. */
  @Override
  public String toString() {
    return switch (value) {
      case Map<?, ?> _ -> "JsonBody[object]";
      case List<?> _ -> "JsonBody[array]";
      case null, default -> "JsonBody[value]";
    };
  }
}
