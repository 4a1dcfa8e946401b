package doni.simulator.balena;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The checks before a row is stored. */
final class Rules {

  private static final Set<String> RESERVED = Set.of("RESIN", "BALENA", "USER");
  private static final int LONGEST_NAME = 255;
  private static final int LONGEST_VALUE = 100_000;

  private Rules() {}

  static void variable(JsonNode body) {
    if (body.has("name")) {
      name(body.path("name"));
    }
    if (body.has("value")) {
      value(body.path("value"));
    }
  }

  private static void name(JsonNode name) {
    String text = text(name);
    if (!text.matches("[A-Za-z_][A-Za-z0-9_]*")) {
      throw Refused.text(
          400,
          "Environment variable names can only contain alphanumeric characters and underscores.");
    }
    if (RESERVED.contains(text)) {
      throw Refused.text(400, "Environment variables RESIN, BALENA, USER are reserved");
    }
    if (text.startsWith("RESIN_") || text.startsWith("BALENA_")) {
      throw Refused.text(400, "Environment variables beginning with RESIN_, BALENA_ are reserved.");
    }
  }

  private static void value(JsonNode value) {
    String text = text(value);
    if (text.contains("\n") || text.contains("\r")) {
      throw Refused.text(400, "Variable values cannot contain line break characters");
    }
    if (text.length() > LONGEST_VALUE) {
      throw Refused.text(
          400,
          "It is necessary that each device environment variable has a value that has a Length"
              + " (Type) that is less than or equal to 100000.");
    }
  }

  static void deviceName(JsonNode name) {
    String text = text(name);
    if (text.contains("\n")) {
      throw Refused.text(400, "Device name cannot contain any newline characters.");
    }
    if (text.length() > LONGEST_NAME) {
      throw Refused.empty(400);
    }
  }

  static void uuid(String uuid) {
    if (!uuid.matches("[0-9a-f]{32}|[0-9a-f]{62}")) {
      throw Refused.text(
          400, "Device UUID must be a 32 or 62 character long lower case hex string.");
    }
  }

  static void known(String table, JsonNode body) {
    List<String> fields = body.propertyStream().map(java.util.Map.Entry::getKey).toList();
    if (!fields.stream().allMatch(field -> Tables.hasField(table, field))) {
      throw Refused.empty(500);
    }
  }

  /** Returns a number, or the leading digits of a text. */
  static long id(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.asLong();
    }
    String digits = value.asString("").replaceFirst("\\D.*$", "");
    if (digits.isEmpty()) {
      throw Refused.empty(400);
    }
    return Long.parseLong(digits);
  }

  private static String text(JsonNode value) {
    if (!value.isString()) {
      throw Refused.empty(400);
    }
    return value.asString();
  }
}
