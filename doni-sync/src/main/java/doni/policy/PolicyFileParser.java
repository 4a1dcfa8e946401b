package doni.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The text of a policy file: YAML (so JSON too), a rule's name to its text, or to the old list
 * form: the outer list joined by {@code or}, the inner ones by {@code and}.
 *
 * <p>A name without a value allows every caller in oslo.policy. Here it is an error, because it is
 * most likely a mistake.
 */
final class PolicyFileParser {

  private PolicyFileParser() {}

  static Map<String, RuleExpression> parse(String yaml) throws PolicyFileException {
    return switch (load(yaml)) {
      case null -> Map.of();
      case Map<?, ?> entries -> {
        Map<String, RuleExpression> rules = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
          if (!(entry.getKey() instanceof String name)) {
            throw new PolicyFileException(
                "'" + entry.getKey() + "' must be the name of a rule: quote it");
          }
          rules.put(name, rule(name, entry.getValue()));
        }
        yield rules;
      }
      default -> throw new PolicyFileException("must be a mapping of rule names to rules");
    };
  }

  private static @Nullable Object load(String yaml) throws PolicyFileException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      return new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String where =
          mark == null ? "" : "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
      throw new PolicyFileException("must be YAML: " + where + ": " + firstLine(e.getProblem()));
    } catch (YAMLException e) {
      throw new PolicyFileException("must be YAML: " + firstLine(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // Of SnakeYAML, for a value that does not fit its tag, such as !!binary or !!timestamp.
      throw new PolicyFileException("must be YAML: " + firstLine(e.getMessage()));
    }
  }

  private static RuleExpression rule(String name, @Nullable Object value)
      throws PolicyFileException {
    try {
      return switch (value) {
        case String text -> RuleExpressionParser.parse(text);
        case List<?> alternatives -> alternatives(name, alternatives);
        case null ->
            throw new PolicyFileException(
                "rule '"
                    + name
                    + "' has no value; write \"@\" to allow every caller, \"!\" to allow none");
        default -> throw new PolicyFileException("rule '" + name + "' must be a string: quote it");
      };
    } catch (RuleSyntaxException e) {
      throw new PolicyFileException(
          "rule '" + name + "', character " + (e.position() + 1) + ": " + e.getMessage());
    }
  }

  private static RuleExpression alternatives(String name, List<?> alternatives)
      throws PolicyFileException, RuleSyntaxException {
    if (alternatives.isEmpty()) {
      return new RuleExpression.Always();
    }
    List<RuleExpression> checks = new ArrayList<>();
    for (Object alternative : alternatives) {
      switch (alternative) {
        case String check when check.isEmpty() -> {}
        case List<?> together when together.isEmpty() -> {}
        case String check -> checks.add(RuleExpressionParser.parseCheck(check));
        case List<?> together -> checks.add(together(name, together));
        case null, default -> throw notText(name);
      }
    }
    return switch (checks.size()) {
      case 0 -> new RuleExpression.Never();
      case 1 -> checks.getFirst();
      default -> new RuleExpression.AnyOf(checks);
    };
  }

  private static RuleExpression together(String name, List<?> together)
      throws PolicyFileException, RuleSyntaxException {
    List<RuleExpression> checks = new ArrayList<>();
    for (Object check : together) {
      if (!(check instanceof String text)) {
        throw notText(name);
      }
      checks.add(RuleExpressionParser.parseCheck(text));
    }
    return checks.size() == 1 ? checks.getFirst() : new RuleExpression.AllOf(checks);
  }

  private static PolicyFileException notText(String name) {
    return new PolicyFileException(
        "rule '" + name + "' is a list of something else than checks and lists of checks");
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
