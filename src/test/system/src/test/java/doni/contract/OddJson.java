package doni.contract;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as no client writes it, valid and invalid: truncated, deep, repeated, at the edges of
 * numbers and of Unicode. Texts hold one character per byte, so that they need not be UTF-8.
 */
final class OddJson {

  /** Where a value stands in the body of each operation that has one; empty: it is the body. */
  static final Map<String, List<String>> PLACES =
      Map.of(
          "POST /v1/hardware",
          List.of(
              "%s",
              "{\"name\": %s, \"hardware_type\": \"fake-hardware\", \"properties\": {}}",
              "{\"name\": \"export\", \"hardware_type\": %s, \"properties\": {}}",
              "{\"name\": \"export\", \"hardware_type\": \"fake-hardware\", \"properties\": %s}",
              "{\"name\": \"export\", \"hardware_type\": \"fake-hardware\","
                  + " \"properties\": {\"default_required_field\": %s}}"),
          "PATCH /v1/hardware/{ref}",
          List.of(
              "%s",
              "[%s]",
              "[{\"op\": %s, \"path\": \"/name\", \"value\": 1}]",
              "[{\"op\": \"add\", \"path\": %s, \"value\": 1}]",
              "[{\"op\": \"add\", \"path\": \"/properties/default_required_field\","
                  + " \"value\": %s}]",
              "[{\"op\": \"add\", \"path\": \"/availability/-\","
                  + " \"value\": {\"start\": %s, \"end\": \"2100-01-01T00:00:00Z\"}}]"),
          "POST /v1/hardware:import",
          List.of(
              "%s",
              "[%s]",
              "[{\"name\": %s, \"hardware_type\": \"fake-hardware\", \"properties\": {}}]",
              "[{\"name\": \"export\", \"hardware_type\": \"fake-hardware\","
                  + " \"properties\": {\"default_required_field\": %s}}]"),
          "POST /v1/hardware/sync",
          List.of("%s", "{\"worker_type\": %s}", "{\"names\": %s}"),
          "POST /v1/hardware/{ref}/quarantine",
          List.of("%s", "{\"reason\": %s}"),
          "POST /v1/hardware:quarantine",
          List.of("%s", "{\"reason\": %s}"));

  private OddJson() {}

  /** The values, by what is odd about them. */
  static Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    numbers().forEach(number -> values.put("the number " + number, number));
    texts().forEach(text -> values.put("the text " + printable(text), "\"" + text + "\""));
    truncated().forEach(part -> values.put("what ends with " + printable(part), part));
    values.putAll(structures());
    values.putAll(encodings());
    return values;
  }

  private static List<String> numbers() {
    return List.of(
        "0",
        "-0",
        "-0.0",
        "1E400",
        "-1e400",
        "1e-400",
        "1e131072",
        "1e+00",
        "0e0",
        "9007199254740993",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "0.1000000000000000055511151231257827021181583404541015625",
        "123456789012345678901234567890.123456789012345678901234567890",
        "00",
        "01",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "0x1F",
        "1_000",
        "1,5",
        "--1",
        "-",
        "NaN",
        "-Infinity");
  }

  private static List<String> texts() {
    return List.of(
        "",
        " ",
        "\\u0000",
        "\\u0001",
        "\\u007f",
        "\\ud800",
        "\\udc00",
        "\\udc00\\ud800",
        "\\ud83d\\ude00",
        "\\ufeff",
        "\\ufffe",
        "\\uffff",
        "\\u202e",
        "\\u",
        "\\u12",
        "\\uZZZZ",
        "\\x41",
        "\\",
        "\\a",
        "\t",
        "\n",
        "\0",
        "../../etc/passwd",
        "%s%n%d",
        "${jndi:ldap://x}",
        "#{1+1}",
        "'; select pg_sleep(9) --",
        "a".repeat(70_000),
        "\\u0061".repeat(5_000),
        utf8("\u00e4\u4e2d\ud83d\ude00"));
  }

  private static List<String> truncated() {
    String whole = "{\"a\": [1, -2.5e3, true, null, \"\\u00e4\"], \"b\": {\"c\": false}}";
    List<String> parts = new ArrayList<>();
    for (int end = 0; end < whole.length(); end += 3) {
      parts.add(whole.substring(0, end));
    }
    return parts;
  }

  private static Map<String, String> structures() {
    Map<String, String> structures = new LinkedHashMap<>();
    structures.put("an empty object", "{}");
    structures.put("an empty list", "[]");
    structures.put("null", "null");
    structures.put("True", "True");
    structures.put("lists in lists", "[".repeat(60) + "]".repeat(60));
    structures.put("objects in objects", "{\"a\":".repeat(60) + "1" + "}".repeat(60));
    structures.put("too many lists", "[".repeat(5_000) + "]".repeat(5_000));
    structures.put("too many objects", "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000));
    structures.put("a member twice", "{\"a\": 1, \"a\": 2}");
    structures.put("a member twice, once escaped", "{\"a\": 1, \"\\u0061\": 2}");
    structures.put("a member without a name", "{\"\": 1}");
    structures.put("a huge name", "{\"" + "k".repeat(70_000) + "\": 1}");
    structures.put("a name with a null", "{\"\\u0000\": 1}");
    structures.put("a name of half a pair", "{\"\\ud800\": 1}");
    structures.put("a name that is a number", "{1: 1}");
    structures.put("a name without quotes", "{a: 1}");
    structures.put("__proto__", "{\"__proto__\": {\"x\": 1}, \"constructor\": null}");
    structures.put("a type to create", "{\"@class\": \"java.net.URL\", \"@type\": \"x\"}");
    structures.put("a comma at the end of a list", "[1,]");
    structures.put("a comma at the end of an object", "{\"a\": 1,}");
    structures.put("a comma too many", "[1,,2]");
    structures.put("no comma", "[1 2]");
    structures.put("no colon", "{\"a\" 1}");
    structures.put("the wrong bracket", "[1}");
    structures.put("two values", "{} {}");
    structures.put("a line comment", "// x\n{}");
    structures.put("a comment", "/* x */ {}");
    structures.put("single quotes", "{'a': 1}");
    structures.put("many members", members(3_000));
    structures.put("many elements", "[" + "0,".repeat(20_000) + "0]");
    return structures;
  }

  private static Map<String, String> encodings() {
    Map<String, String> encodings = new LinkedHashMap<>();
    encodings.put("a byte order mark", "\u00ef\u00bb\u00bf{}");
    encodings.put("two byte order marks", "\u00ef\u00bb\u00bf\u00ef\u00bb\u00bf{}");
    encodings.put("UTF-16 with a byte order mark", "\u00ff\u00fe{\0}\0");
    encodings.put("UTF-16 without one", "{\0}\0");
    encodings.put("UTF-32", "\0\0\0{\0\0\0}");
    encodings.put("a byte of Latin 1", "\"\u00e4\"");
    encodings.put("an overlong slash", "\"\u00c0\u00af\"");
    encodings.put("a surrogate in UTF-8", "\"\u00ed\u00a0\u0080\"");
    encodings.put("beyond Unicode", "\"\u00f4\u00bf\u00bf\u00bf\"");
    encodings.put("half a character", "\"\u00e4\u00b8\"");
    encodings.put("a null at the end", "{}\0");
    encodings.put("a form feed", "\f{}");
    encodings.put("a no-break space", "\u00c2\u00a0{}");
    encodings.put("white space", " \t\r\n{} \t\r\n");
    return encodings;
  }

  private static String members(int count) {
    StringBuilder object = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      object.append("\"m").append(i).append("\":").append(i).append(',');
    }
    return object.append("\"z\":0}").toString();
  }

  private static String utf8(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String printable(String text) {
    String shown = text.replaceAll("[^ -~]", "?");
    return "'" + (shown.length() > 40 ? shown.substring(shown.length() - 40) : shown) + "'";
  }
}
