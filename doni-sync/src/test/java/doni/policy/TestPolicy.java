package doni.policy;

import java.util.HashMap;
import java.util.Map;

/** The default policy with one rule replaced. */
public final class TestPolicy {

  private TestPolicy() {}

  public static AccessPolicy with(String name, String rule) {
    Map<String, RuleExpression> rules = new HashMap<>(AccessPolicy.defaultRules());
    try {
      rules.put(name, RuleExpressionParser.parse(rule));
      PolicyRuleSet set = PolicyRuleSet.of(rules);
      return new AccessPolicy(() -> set);
    } catch (RuleSyntaxException | PolicyFileException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
