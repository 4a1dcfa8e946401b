package doni.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fields of custom resources, for which there is no typed model: {@code
 * deploy/custom-fields.yml}.
 */
final class CustomFields {

  private static final String SOURCE = "/deploy/custom-fields.yml";

  private final JsonNode known = read();

  private static JsonNode read() {
    try (InputStream source =
        Objects.requireNonNull(CustomFields.class.getResourceAsStream(SOURCE), SOURCE)) {
      Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(source);
      return JsonMapper.builder().build().valueToTree(loaded);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean know(String apiVersion, String kind) {
    return known.has(apiVersion + "/" + kind);
  }

  /** What is wrong with an object's spec, field by field. */
  List<String> mistakes(String apiVersion, String kind, JsonNode content) {
    List<String> mistakes = new ArrayList<>();
    compare("spec", content.path("spec"), known.path(apiVersion + "/" + kind), mistakes);
    return mistakes;
  }

  private static void compare(String path, JsonNode value, JsonNode rule, List<String> mistakes) {
    if (rule.isMissingNode()) {
      mistakes.add(path + " is not a field");
    } else if (rule.isObject()) {
      compareObject(path, value, rule, mistakes);
    } else if (rule.isArray() && rule.size() == 1 && !rule.get(0).isString()) {
      if (!value.isArray()) {
        mistakes.add(path + " must be a list");
      }
      value.forEach(element -> compare(path + "[]", element, rule.get(0), mistakes));
    } else if (!fits(value, rule)) {
      mistakes.add(path + " is " + value + ", allowed: " + rule);
    }
  }

  private static void compareObject(
      String path, JsonNode value, JsonNode rule, List<String> mistakes) {
    if (!value.isObject()) {
      mistakes.add(path + " must be an object");
      return;
    }
    value
        .properties()
        .forEach(field ->
            compare(
                path + "." + field.getKey(),
                field.getValue(),
                rule.path(field.getKey()),
                mistakes));
  }

  private static boolean fits(JsonNode value, JsonNode rule) {
    if (rule.isArray()) {
      return rule.valueStream().anyMatch(value::equals);
    }
    return switch (rule.asString()) {
      case "string" -> value.isString();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "strings" -> value.isArray() && value.valueStream().allMatch(JsonNode::isString);
      case "ports" ->
          value.isArray() && value.valueStream().allMatch(port -> port.isInt() || port.isString());
      case "map" -> value.isObject() && value.valueStream().allMatch(JsonNode::isString);
      case "object" -> value.isObject();
      default -> throw new IllegalStateException(SOURCE + ": " + rule);
    };
  }
}
