package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleParserTests {

  private static final Check A = role("a");
  private static final Check B = role("b");
  private static final Check C = role("c");

  @Test
  void bindsNotTighterThanAndTighterThanOr() throws RuleSyntaxException {
    Check check = RuleParser.parse("role:a or not role:b and role:c");

    assertThat(check)
        .isEqualTo(new Check.AnyOf(List.of(A, new Check.AllOf(List.of(new Check.Not(B), C)))));
  }

  @Test
  void letsParenthesesBindTightest() throws RuleSyntaxException {
    Check check = RuleParser.parse("not (role:a or role:b) and role:c");

    assertThat(check)
        .isEqualTo(new Check.AllOf(List.of(new Check.Not(new Check.AnyOf(List.of(A, B))), C)));
  }

  @Test
  void keepsTheParenthesesOfAPlaceInsideItsCheck() throws RuleSyntaxException {
    Check check = RuleParser.parse("(project_id:%(project_id)s)");

    assertThat(check)
        .isEqualTo(
            new Check.Attribute(
                "project_id", new Template(List.of(new Template.Place("project_id")))));
  }

  @Test
  void allowsEveryoneWithoutText() throws RuleSyntaxException {
    assertThat(RuleParser.parse("")).isEqualTo(new Check.Always());
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
        "role:a or admin      | 10 | 'admin' is no check",
        "role:a or 'role:b'   | 10 | 'role:b' is quoted",
        "x:%(project_id)      | 2  | % is not followed by (name)s or %",
        "role:a and 1.5:%(n)s | 11 | '1.5' is neither an attribute's name nor a constant",
      })
  void saysWhereARuleIsWrong(String rule, int position, String message) {
    assertThatThrownBy(() -> RuleParser.parse(rule))
        .hasMessageContaining(message)
        .asInstanceOf(type(RuleSyntaxException.class))
        .extracting(RuleSyntaxException::position)
        .isEqualTo(position);
  }

  @Test
  void refusesARuleThatIsNestedWithoutEnd() {
    String rule = "(".repeat(10_000) + "role:a" + ")".repeat(10_000);

    assertThatThrownBy(() -> RuleParser.parse(rule)).hasMessageContaining("nested more than");
  }

  private static Check role(String name) {
    return new Check.Role(new Template(List.of(new Template.Text(name))));
  }
}
