package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.request.RequestRefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Selectors of any content are read or refused; see "Fuzz a parser" in docs/engineers.md. */
class LabelSelectorFuzzTests {

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      LabelSelector selector = LabelSelector.parse(new String(input, StandardCharsets.UTF_8));
      assertThat(LabelSelector.parse(selector.toString())).isEqualTo(selector);
    } catch (RequestRefusedException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void readsOrRefusesEachSelector(String input) {
    fuzzerTestOneInput(input.getBytes(StandardCharsets.UTF_8));
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/LabelSelectorFuzzTests.csv")
  void readsOrRefusesEachSelectorOfTheCorpus(String input) {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  private static List<String> inputs() {
    return List.of(
        "",
        " ",
        ",",
        "a",
        "!a",
        "! a",
        "!!a",
        "a=b",
        "a==b",
        "a===b",
        "a=",
        "a!=b,c",
        "a != b",
        "a in (b, c)",
        "a in ()",
        "a in (",
        "a in (,)",
        "a notin (b)",
        "a notin(b)",
        "in in (in)",
        "notin",
        "site/rack in (r11,r12),!retired",
        "/a",
        "a/",
        "a/b/c",
        "a=b=c",
        "a,a,a",
        "a\tin\n(b)",
        "\u0000",
        "ä=ö",
        "\ud800",
        "a in " + "(".repeat(500),
        "a,".repeat(30) + "b",
        "a".repeat(2_001));
  }
}
