package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rules, credentials and targets with what oslo.policy 6.0.1 answered: true, false, "error" where
 * it could not read the rule (and denies for ever), "crash" where every evaluation fails.
 */
class OsloPolicyVectorsTests {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final JsonNode FILE = read();

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void answersAsOsloPolicyDoes(String rules, JsonNode vector) throws PolicyFileException {
    Map<String, RuleExpression> parsed = PolicyFileParser.parse(rules);
    Caller caller = caller(vector.get("creds"));
    Map<String, String> target = target(vector.get("target"));

    boolean allowed = PolicyRuleSet.of(parsed).allows("asked", caller, target);

    boolean oslo = vector.get("oslo").booleanValue();
    if (parsed.values().stream().allMatch(rule -> canBeEvaluated(rule, caller, target))) {
      assertThat(allowed).isEqualTo(oslo);
    } else {
      assertThat(allowed && !oslo).as("allows what oslo.policy denies").isFalse();
    }
  }

  /** What cannot be evaluated denies even after {@code not}, where oslo.policy allows. */
  private static boolean canBeEvaluated(
      RuleExpression rule, Caller caller, Map<String, String> target) {
    return rule.leaves()
        .allMatch(leaf ->
            switch (leaf) {
              case RuleExpression.Role(TargetTemplate value) ->
                  target.keySet().containsAll(value.attributes());
              case RuleExpression.Constant(String _, TargetTemplate value) ->
                  target.keySet().containsAll(value.attributes());
              case RuleExpression.Attribute(String name, TargetTemplate value) ->
                  target.keySet().containsAll(value.attributes())
                      && (name.equals("roles")
                          || caller.attributes().containsKey(name)
                          || PolicyRuleSet.OPTIONAL_ATTRIBUTES.contains(name));
              default -> true;
            });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void refusesWhatOsloPolicyCannotUse(String rules, JsonNode vector) {
    assertThatThrownBy(() -> PolicyRuleSet.of(PolicyFileParser.parse(rules)))
        .as("oslo.policy: %s", vector.get("oslo"))
        .isInstanceOf(PolicyFileException.class)
        .hasMessageContaining("rule '");
  }

  static Stream<Arguments> answers() {
    return vectors(true);
  }

  static Stream<Arguments> failures() {
    return vectors(false);
  }

  private static Stream<Arguments> vectors(boolean answered) {
    return FILE.get("vectors")
        .valueStream()
        .filter(vector -> vector.get("oslo").isBoolean() == answered)
        .map(vector -> Arguments.of(rules(vector), vector));
  }

  /** Every JSON document is YAML, so that the vectors test the whole way from the file. */
  private static String rules(JsonNode vector) {
    Map<String, JsonNode> rules = new HashMap<>();
    FILE.get("base").propertyStream().forEach(e -> rules.put(e.getKey(), e.getValue()));
    vector.get("rules").propertyStream().forEach(e -> rules.put(e.getKey(), e.getValue()));
    return JSON.writeValueAsString(rules);
  }

  private static Caller caller(JsonNode index) {
    JsonNode credentials = FILE.get("credentials").get(index.asInt());
    Map<String, String> attributes = new HashMap<>();
    Set<String> roles = new HashSet<>();
    credentials
        .propertyStream()
        .forEach(e -> {
          if (e.getKey().equals("roles")) {
            e.getValue().valueStream().forEach(role -> roles.add(role.asString()));
          } else {
            attributes.put(e.getKey(), e.getValue().asString());
          }
        });
    return new Caller("", "", "", roles, attributes, "req-1");
  }

  private static Map<String, String> target(JsonNode index) {
    Map<String, String> target = new HashMap<>();
    FILE.get("targets")
        .get(index.asInt())
        .propertyStream()
        .forEach(e -> target.put(e.getKey(), e.getValue().asString()));
    return target;
  }

  private static JsonNode read() {
    try (InputStream in = OsloPolicyVectorsTests.class.getResourceAsStream("oslo-vectors.json")) {
      return JSON.readTree(Objects.requireNonNull(in));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
