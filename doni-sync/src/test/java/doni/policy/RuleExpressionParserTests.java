package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleExpressionParserTests {

  private static final RuleExpression A = role("a");
  private static final RuleExpression B = role("b");
  private static final RuleExpression C = role("c");

  @Test
  void bindsNotTighterThanAndTighterThanOr() throws RuleSyntaxException {
    RuleExpression check = RuleExpressionParser.parse("role:a or not role:b and role:c");

    assertThat(check)
        .isEqualTo(
            new RuleExpression.AnyOf(
                List.of(A, new RuleExpression.AllOf(List.of(new RuleExpression.Not(B), C)))));
  }

  @Test
  void letsParenthesesBindTightest() throws RuleSyntaxException {
    RuleExpression check = RuleExpressionParser.parse("not (role:a or role:b) and role:c");

    assertThat(check)
        .isEqualTo(
            new RuleExpression.AllOf(
                List.of(new RuleExpression.Not(new RuleExpression.AnyOf(List.of(A, B))), C)));
  }

  @Test
  void keepsTheParenthesesOfAPlaceInsideItsCheck() throws RuleSyntaxException {
    RuleExpression check = RuleExpressionParser.parse("(project_id:%(project_id)s)");

    assertThat(check)
        .isEqualTo(
            new RuleExpression.Attribute(
                "project_id", new TargetTemplate(List.of(new TargetTemplate.Place("project_id")))));
  }

  @Test
  void allowsEveryoneWithoutText() throws RuleSyntaxException {
    assertThat(RuleExpressionParser.parse("")).isEqualTo(new RuleExpression.Always());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "role:a and           | 10 | expected a check, 'not' or '(', found the end",
        "role:a role:b        | 7  | expected 'and', 'or' or the end, found 'role:b'",
        "(role:a              | 7  | expected 'and', 'or' or ')', found the end",
        "role:a)              | 6  | expected 'and', 'or' or the end, found ')'",
        "role:a or admin      | 10 | 'admin' must be a check",
        "role:a or 'role:b'   | 10 | 'role:b' is quoted",
        "x:%(project_id)      | 2  | % is not followed by (name)s or %",
        "role:a and 1.5:%(n)s | 11 | '1.5' is neither an attribute's name nor a constant",
        "role:a or a$b:x      | 10 | 'a$b' is neither an attribute's name nor a constant",
        "role:a or a-:x       | 10 | 'a-' is neither an attribute's name nor a constant",
        "role:a or a..b:x     | 10 | 'a..b' is neither an attribute's name nor a constant",
        "role:a or x.class:y  | 10 | 'x.class' is neither an attribute's name nor a constant",
        "user_id.x:y          | 0  | 'user_id.x' is neither an attribute's name nor a constant",
      })
  void saysWhereARuleIsWrong(String rule, int position, String message) {
    assertThatThrownBy(() -> RuleExpressionParser.parse(rule))
        .hasMessageContaining(message)
        .asInstanceOf(type(RuleSyntaxException.class))
        .extracting(RuleSyntaxException::position)
        .isEqualTo(position);
  }

  @Test
  void refusesARuleThatIsNestedWithoutEnd() {
    String rule = "(".repeat(10_000) + "role:a" + ")".repeat(10_000);

    assertThatThrownBy(() -> RuleExpressionParser.parse(rule))
        .hasMessageContaining("nested more than");
  }

  private static RuleExpression role(String name) {
    return new RuleExpression.Role(new TargetTemplate(List.of(new TargetTemplate.Text(name))));
  }
}
