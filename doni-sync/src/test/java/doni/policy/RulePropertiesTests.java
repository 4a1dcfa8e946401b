package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every rule, tried with generated ones; a failure names its seed. */
class RulePropertiesTests {

  static LongStream seeds() {
    return LongStream.range(0, 400);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void parsesItsOwnTextToTheSameRule(long seed) throws RuleSyntaxException {
    RuleExpression check = new Rules(seed).check(5);

    RuleExpression again = RuleExpressionParser.parse(check.text());

    assertThat(again).as(check.text()).isEqualTo(check);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void keepsDeMorgansLaws(long seed) throws PolicyFileException {
    Rules rules = new Rules(seed);
    RuleExpression a = rules.check(3);
    RuleExpression b = rules.check(3);
    PolicyRuleSet set =
        with(
            Map.of(
                "neither", new RuleExpression.Not(new RuleExpression.AnyOf(List.of(a, b))),
                "not each",
                    new RuleExpression.AllOf(
                        List.of(new RuleExpression.Not(a), new RuleExpression.Not(b))),
                "not both", new RuleExpression.Not(new RuleExpression.AllOf(List.of(a, b))),
                "one not",
                    new RuleExpression.AnyOf(
                        List.of(new RuleExpression.Not(a), new RuleExpression.Not(b)))));
    Caller caller = rules.caller();
    Map<String, String> target = rules.target();

    assertThat(set.allows("neither", caller, target))
        .isEqualTo(set.allows("not each", caller, target));
    assertThat(set.allows("not both", caller, target))
        .isEqualTo(set.allows("one not", caller, target));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void neverThrowsWhenEvaluated(long seed) throws PolicyFileException {
    Rules rules = new Rules(seed);
    RuleExpression check = rules.check(6);
    PolicyRuleSet set =
        with(Map.of("asked", check, "same", new RuleExpression.Not(new RuleExpression.Not(check))));
    Caller caller = rules.caller();
    Map<String, String> target = rules.target();

    boolean allowed = set.allows("asked", caller, target);

    assertThat(set.allows("same", caller, target)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void eitherParsesATextOrSaysWhereItIsWrong(long seed) {
    Rules rules = new Rules(seed);
    for (int i = 0; i < 50; i++) {
      String text = rules.text();
      try {
        assertThat(RuleExpressionParser.parse(text)).isNotNull();
      } catch (RuleSyntaxException e) {
        assertThat(e.position()).as(text).isBetween(0, text.length());
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
  }

  private static PolicyRuleSet with(Map<String, RuleExpression> more) throws PolicyFileException {
    Map<String, RuleExpression> rules = new HashMap<>(AccessPolicy.defaultRules());
    rules.putAll(more);
    return PolicyRuleSet.of(rules);
  }
}
