package doni.api.body;

import doni.request.RequestRefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request's JSON body, for a controller to take as {@code @RequestBody}. Whatever is not JSON, or
 * cannot be stored, was refused before.
 *
 * @param value what JSON knows, immutable: strings, booleans, integers, {@link
 *     java.math.BigDecimal}s, lists, maps, null
 */
public record JsonBody(@Nullable Object value) {

  /**
   * Reads one JSON text, as strictly as a request's body; {@link RequestRefusedException.Invalid}.
   */
  public static JsonBody parse(byte[] utf8) {
    return new JsonBody(StrictJson.read(utf8));
  }

  /**
   * The members of the object that the body must be; {@link RequestRefusedException.Invalid} if
   * not.
   */
  public Map<String, Object> object() {
    return object(value)
        .orElseThrow(() -> new RequestRefusedException.Invalid("The body must be a JSON object."));
  }

  /**
   * The elements of the array that the body must be; {@link RequestRefusedException.Invalid} if
   * not.
   */
  public List<?> array() {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new RequestRefusedException.Invalid("The body must be a JSON array.");
  }

  /**
   * The members of an object inside a body, JSON's null among their values; empty if it is none.
   */
  public static Optional<Map<String, Object>> object(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return Optional.empty();
    }
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach((name, member) -> members.put(String.valueOf(name), member));
    return Optional.of(members);
  }
}
