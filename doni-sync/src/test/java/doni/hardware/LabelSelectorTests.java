package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.hardware.LabelSelector.LabelOperator;
import doni.hardware.LabelSelector.LabelRequirement;
import doni.request.RequestRefusedException.Invalid;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorTests {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=b|a=b",
        "a==b|a=b",
        " a = b , c |a=b,c",
        "a!=b|a!=b",
        "a=|a=",
        "a=,b|a=,b",
        "a!=|a!=",
        "a in (y, x,y)|a in (x,y)",
        "a in (x)|a=x",
        "a notin (x,y)|a notin (x,y)",
        "a notin(x)|a!=x",
        "a in ()|a=",
        "a in (x,)|a in (,x)",
        "b,a,b|a,b",
        "! a|!a",
        "in in (in,notin)|in in (in,notin)",
        "site/rack=r12|site/rack=r12",
        "example.org/A_b.c-d=1.0|example.org/A_b.c-d=1.0"
      })
  void readsTheSyntaxOfKubernetes(String text, String canonical) {
    assertThat(LabelSelector.parse(text)).hasToString(canonical);
    assertThat(LabelSelector.parse(canonical)).isEqualTo(LabelSelector.parse(text));
  }

  @Test
  void readsEveryOperator() {
    assertThat(LabelSelector.parse("a=1,b!=2,c,!d").requirements())
        .containsExactlyInAnyOrder(
            new LabelRequirement("a", LabelOperator.IN, List.of("1")),
            new LabelRequirement("b", LabelOperator.NOT_IN, List.of("2")),
            new LabelRequirement("c", LabelOperator.EXISTS, List.of()),
            new LabelRequirement("d", LabelOperator.ABSENT, List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|1|expected a key, not the end",
        "a=b,|5|expected a key, not the end",
        ",a|1|expected a key, not ','",
        "a b|3|expected an operator, ',' or the end, not 'b'",
        "a=b c|5|expected ',' or the end, not 'c'",
        "a in x|6|expected '(', not 'x'",
        "a in (x|8|expected ',' or ')', not the end",
        "a in (x y)|9|expected ',' or ')', not 'y'",
        "a=(x)|3|expected a value, not '('",
        "a>1|1|the key 'a>1' must be an optional",
        "-a=1|1|the key '-a' must be an optional",
        "a=ü|3|the value 'ü' must be empty, or",
        "!|2|expected a key, not the end",
        "!!a|2|expected a key, not '!'",
        "A.B/c=1|1|the key 'A.B/c' must be an optional"
      })
  void namesThePositionOfAMistakeAndWhatIsAllowed(String text, int position, String problem) {
    assertThatThrownBy(() -> LabelSelector.parse(text))
        .isInstanceOf(Invalid.class)
        .hasMessageStartingWith("selector: at character " + position + ": " + problem)
        .hasMessageEndingWith(
            "; allowed: key=value, key==value, key!=value, key in (a,b), key notin (a,b), key, !key,"
                + " joined by commas");
  }

  @Test
  void limitsLengthRequirementsAndValues() {
    assertThatThrownBy(() -> LabelSelector.parse("a".repeat(2_001)))
        .hasMessage("selector: must be at most 2000 characters");
    assertThatThrownBy(() -> LabelSelector.parse("a" + ",a".repeat(20)))
        .hasMessageContaining("must not have more than 20 requirements");
    assertThatThrownBy(() -> LabelSelector.parse("a in (" + ",".repeat(100) + ")"))
        .hasMessageContaining("must not have more than 100 values");
  }

  @Test
  void findsAllPartsOfALongerText() {
    assertThat(HardwareFilter.parts("ab")).containsExactly("ab");
    assertThat(HardwareFilter.parts("abcde")).containsExactly("abc", "bcd", "cde");
  }
}
