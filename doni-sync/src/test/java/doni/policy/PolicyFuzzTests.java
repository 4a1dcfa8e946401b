package doni.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Policy files of any content are read or refused; see "Fuzz a parser" in docs/engineers.md. */
class PolicyFuzzTests {

  private static final Caller MEMBER =
      new Caller(
          "u", "n", "p", Set.of("member"), Map.of("user_id", "u", "project_id", "p"), "req-1");
  private static final Map<String, String> TARGET = Map.of("project_id", "p", "name", "edge-01");

  /** What a fuzzer calls; any exception that it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      PolicyRuleSet rules =
          PolicyRuleSet.of(PolicyFileParser.parse(new String(input, StandardCharsets.UTF_8)));
      rules.allows("hardware:get", MEMBER, TARGET);
      rules.decide("hardware:create", MEMBER, Map.of());
    } catch (PolicyFileException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** One input per line, in Base64. */
  @ParameterizedTest
  @CsvFileSource(resources = "/fuzz/PolicyFuzzTests.csv")
  void readsOrRefusesEachFileOfTheCorpus(String input) {
    fuzzerTestOneInput(Base64.getDecoder().decode(input));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void readsOrRefusesEachFile(String input) {
    fuzzerTestOneInput(input.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> inputs() {
    return List.of(
        "",
        "null",
        "{}",
        "[]",
        "1: '@'",
        "\"hardware:get\": \"@\"",
        "\"hardware:get\": \"!\"",
        "\"hardware:get\": ~",
        "\"hardware:get\": []",
        "\"hardware:get\": [[]]",
        "\"hardware:get\": [[\"role:admin\", \"rule:x\"], \"@\"]",
        "\"hardware:get\": [1, [2]]",
        "\"hardware:get\": \"(role:a and (not role:b or rule:hardware:get))\"",
        "\"hardware:get\": \"rule:hardware:create\"\n\"hardware:create\": \"rule:hardware:get\"",
        "\"hardware:get\": \"not not not role:a\"",
        "\"hardware:get\": \"project_id:%(project_id)s and user_id:%(a.b)s\"",
        "\"hardware:get\": \"%(x)s:%(project_id)s\"",
        "\"hardware:get\": \"%(\"",
        "\"hardware:get\": \"'a':%(name)s or None:%(none)s or 1.5:%(n)s\"",
        "\"hardware:get\": \"http://x/%(name)s\"",
        "\"hardware:get\": \"" + "(".repeat(2_000) + "@" + ")".repeat(2_000) + "\"",
        "\"hardware:get\": \"" + "not ".repeat(2_000) + "@\"",
        "\"hardware:get\": \"" + "@ or ".repeat(2_000) + "@\"",
        "\"hardware:get\": \"role:a and\"",
        "\"hardware:get\": \")\"",
        "\"hardware:get\": \"\\u0000:\\ud800\"",
        "a: &a [*a]",
        "a: &a {x: *a}",
        "&a [*a]: '@'",
        "a: &a [b, b]\nb: &b [*a, *a]\nc: &c [*b, *b]",
        "!!java.net.URL 'x': '@'",
        "a: !!binary x",
        "a: !!timestamp 2001-01-01",
        "? [a, b]\n: '@'",
        "{".repeat(200),
        "- ".repeat(200),
        "a: '@'\na: '!'",
        "---\na: '@'\n---\nb: '@'",
        "%YAML 9.9\n---\na: '@'",
        "\ufeffa: '@'",
        "a:\t'@'",
        "\u0001");
  }
}
