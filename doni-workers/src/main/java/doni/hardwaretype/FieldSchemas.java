package doni.hardwaretype;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The shapes of JSON schema that the hardware types use. */
final class FieldSchemas {

  private FieldSchemas() {}

  /** An object with these members and no others. */
  static Map<String, Object> object(Map<String, Object> members, String... required) {
    return Map.of(
        "type",
        "object",
        "properties",
        members,
        "required",
        List.of(required),
        "additionalProperties",
        false);
  }

  static Map<String, Object> oneOf(String... values) {
    return Map.of("type", "string", "enum", Arrays.stream(values).sorted().toList());
  }
}
