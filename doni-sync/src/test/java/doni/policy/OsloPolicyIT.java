package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decisions beside those of the real oslo.policy, which {@code src/test/peers/oslo-policy} makes
 * and explains: over the default rules of OpenStack's services, and over generated ones.
 */
@EnabledIfEnvironmentVariable(named = "DONI_TEST_OSLO_POLICY", matches = ".+")
class OsloPolicyIT {

  private static final Logger LOG = LoggerFactory.getLogger(OsloPolicyIT.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int ENOUGH = 50_000;

  private final List<String> different = new ArrayList<>();
  private final Map<String, Integer> refused = new TreeMap<>();
  private int compared;

  /** Each generated rule has something to warn of. */
  @BeforeAll
  static void setUp() {
    quiet(Level.ERROR);
  }

  @AfterAll
  static void tearDown() {
    quiet(null);
  }

  private static void quiet(@Nullable Level level) {
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(PolicyRuleSet.class)).setLevel(level);
  }

  @Test
  void decidesAsOsloPolicyDoes() throws IOException {
    try (Stream<String> files = Files.lines(Path.of(System.getenv("DONI_TEST_OSLO_POLICY")))) {
      files.map(JSON::readTree).forEach(this::compare);
    }

    LOG.info("{} decisions compared; policy files refused, with what for: {}", compared, refused);
    String smallest = different.stream().min(Comparator.comparingInt(String::length)).orElse("");
    assertThat(different.size()).as("differences, the smallest of them: %s", smallest).isZero();
    assertThat(compared).isGreaterThanOrEqualTo(ENOUGH);
  }

  /** A refused file denies everything, so it cannot allow more than oslo.policy. */
  private void compare(JsonNode file) {
    JsonNode written = file.get("rules");
    try {
      PolicyRuleSet rules = PolicyRuleSet.of(PolicyFileParser.parse(written.toString()));
      file.get("decisions").forEach(decision -> compare(rules, written, decision));
    } catch (PolicyFileException e) {
      assertThat(file.get("source").asString()).as(e.getMessage()).startsWith("generated");
      refused.merge(kind(String.valueOf(e.getMessage())), 1, Integer::sum);
    }
  }

  private void compare(PolicyRuleSet rules, JsonNode written, JsonNode decision) {
    String asked = decision.get("rule").asString();
    boolean allowed =
        rules.allows(asked, caller(decision.get("caller")), target(decision.get("target")));
    compared++;
    if (allowed != decision.get("strict").asBoolean()) {
      ObjectNode shown = JSON.createObjectNode().put("doni", allowed);
      shown.set("rules", needed(asked, written));
      shown.set("decision", decision);
      different.add(shown.toString());
    }
  }

  private static Caller caller(JsonNode json) {
    Map<String, String> attributes = new HashMap<>();
    Set<String> roles = new HashSet<>();
    json.forEachEntry((name, value) -> {
      if (value.isArray()) {
        value.forEach(role -> roles.add(role.asString()));
      } else {
        attributes.put(name, value.asString());
      }
    });
    return new Caller(
        attributes.getOrDefault("user_id", ""),
        attributes.getOrDefault("user_name", ""),
        attributes.getOrDefault("project_id", ""),
        roles,
        attributes,
        "req-1");
  }

  private static Map<String, String> target(JsonNode json) {
    Map<String, String> target = new HashMap<>();
    json.forEachEntry((name, value) -> target.put(name, value.asString()));
    return target;
  }

  /** The rules that a decision depends on. */
  private static ObjectNode needed(String asked, JsonNode written) {
    ObjectNode needed = JSON.createObjectNode();
    Deque<String> next = new ArrayDeque<>(List.of(asked));
    while (!next.isEmpty()) {
      String name = next.pop();
      String resolved = written.has(name) ? name : PolicyRuleSet.FALLBACK;
      @Nullable JsonNode rule = written.get(resolved);
      if (rule != null && !needed.has(resolved)) {
        needed.set(resolved, rule);
        next.addAll(references(rule.toString()));
      }
    }
    return needed;
  }

  private static List<String> references(String rule) {
    try {
      return PolicyFileParser.parse("{\"one\": " + rule + "}").values().stream()
          .flatMap(RuleExpression::leaves)
          .filter(RuleExpression.RuleReference.class::isInstance)
          .map(leaf -> ((RuleExpression.RuleReference) leaf).name())
          .toList();
    } catch (PolicyFileException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The message without what is the rule's own. */
  private static String kind(String message) {
    return message
        .replaceFirst("(?s)^rule '[^']*'(, character \\d+)?:?", "")
        .replaceAll("(?s)'.*'|\".*\"|: .*", "...")
        .strip();
  }
}
