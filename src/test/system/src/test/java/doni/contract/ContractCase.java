package doni.contract;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One recorded call, with the answer that it must get. */
record ContractCase(JsonNode recorded) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

  /** All of them, in the order in which they must be played. */
  static Stream<ContractCase> all() throws IOException {
    try (InputStream cases = ContractCase.class.getResourceAsStream("/contract/cases.json")) {
      return JSON.readTree(Objects.requireNonNull(cases)).valueStream().map(ContractCase::new);
    }
  }

  String name() {
    return text("case").orElseThrow();
  }

  String method() {
    return text("method").orElseThrow();
  }

  String path(Map<String, String> variables) {
    return fill(text("path").orElseThrow(), variables);
  }

  Optional<String> caller() {
    return text("as");
  }

  /** What is sent; empty for a request without a body. */
  Optional<String> body(Map<String, String> variables) {
    return recorded.has("json")
        ? Optional.of(fill(recorded.get("json").toString(), variables))
        : text("raw");
  }

  String contentType() {
    return text("content_type").orElse("application/json");
  }

  /** Keeps of an answer what later cases refer to. */
  Map<String, String> saved(JsonNode answer) {
    Map<String, String> values = new LinkedHashMap<>();
    recorded
        .path("save")
        .forEachEntry((variable, path) -> values.put(variable, at(answer, path).asString()));
    return values;
  }

  private static JsonNode at(JsonNode answer, JsonNode path) {
    JsonNode place = answer;
    for (JsonNode step : path) {
      place = step.isInt() ? place.path(step.asInt()) : place.path(step.asString());
    }
    return place;
  }

  /** What the answer must be, with the values that were kept so far. */
  Expected expected(Map<String, String> variables) {
    return new Expected(filled(recorded.get("expected"), variables));
  }

  private static JsonNode filled(JsonNode node, Map<String, String> variables) {
    return JSON.readTree(fill(node.toString(), variables));
  }

  /** A variable that has no value stays as it is, and then matches nothing. */
  private static String fill(String text, Map<String, String> variables) {
    Matcher variable = VARIABLE.matcher(text);
    return variable.replaceAll(
        found -> Matcher.quoteReplacement(variables.getOrDefault(found.group(1), found.group())));
  }

  private Optional<String> text(String member) {
    return recorded.has(member) ? Optional.of(recorded.get(member).asString()) : Optional.empty();
  }

  @Override
  public String toString() {
    return name();
  }
}
