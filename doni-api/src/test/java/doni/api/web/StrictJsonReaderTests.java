package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.request.RequestRefusedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonReaderTests {

  private static @Nullable Object read(String json) {
    return StrictJsonReader.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatJsonKnows() {
    Object value = read("{\"a\": [1, \"x\", true, false], \"b\": {}}");

    assertThat(value).isEqualTo(Map.of("a", List.of(1, "x", true, false), "b", Map.of()));
  }

  @Test
  void theTextOfABodyHasNoValue() {
    assertThat(JsonBody.parse("{\"password\": \"hunter2\"}".getBytes(StandardCharsets.UTF_8)))
        .hasToString("JsonBody[object]");
    assertThat(JsonBody.parse("[\"hunter2\"]".getBytes(StandardCharsets.UTF_8)))
        .hasToString("JsonBody[array]");
    assertThat(JsonBody.parse("\"hunter2\"".getBytes(StandardCharsets.UTF_8)))
        .hasToString("JsonBody[value]");
  }

  @Test
  void keepsNull() {
    List<@Nullable Object> expected = new ArrayList<>();
    expected.add(null);

    assertThat(read("[null]")).isEqualTo(expected);
  }

  @Test
  void keepsEveryDigitOfANumber() {
    Object value = read("[1.10, 12345678901234567890, 9007199254740993]");

    assertThat(value)
        .isEqualTo(
            List.of(
                new BigDecimal("1.10"), new BigInteger("12345678901234567890"), 9007199254740993L));
  }

  @Test
  void keepsTheOrderOfMembers() {
    assertThat(JsonBody.object(read("{\"z\": 1, \"a\": 2, \"m\": 3}")).orElseThrow())
        .containsExactly(Map.entry("z", 1), Map.entry("a", 2), Map.entry("m", 3));
  }

  @Test
  void readsACharacterBeyondTheBasicPlane() {
    assertThat(read("\"\\ud83d\\ude00\"")).isEqualTo("\ud83d\ude00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{nope",
        "{",
        "[1",
        "\"a",
        "nul",
        "NaN",
        "[NaN]",
        "[Infinity]",
        "[01]",
        "[1,]",
        "{\"a\":1,}",
        "{'a':1}",
        "{a:1}",
        "[+1]",
        "[.5]",
        "[1.]",
        "/* c */ 1",
        "[\"\t\"]",
        "[\"\\x\"]",
        "]"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith("The body must be valid JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{} {}", "1 2", "[]x", "{}]"})
  void refusesWhatFollowsTheValue(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(RequestRefusedException.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n"})
  void refusesAnEmptyBody(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageContaining("empty");
  }

  @Test
  void namesTheMemberThatStandsTwice() {
    assertThatThrownBy(() -> read("{\"properties\": {\"a\": 1, \"a\": 2}}"))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage("/properties/a: must not be repeated");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": [\"x\", \"\\u0000\"]}|/a/1",
        "{\"a\": {\"b\": \"\\ud800\"}}|/a/b",
        "{\"a\": \"\\ude00\\ud83d\"}|/a",
        "{\"a\": 1e400}|/a",
        "{\"a\": -1e400}|/a",
        "{\"a\": 1e-400}|/a",
        "{\"a\": 1e2147483647}|/a"
      })
  void namesTheValueThatCannotBeStored(String text, String path) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageStartingWith(path + ":");
  }

  @Test
  void refusesAMemberNameThatCannotBeStored() {
    assertThatThrownBy(() -> read("{\"a\\u0000\": 1}"))
        .isInstanceOf(RequestRefusedException.Invalid.class);
  }

  @Test
  void namesEveryViolation() {
    assertThatThrownBy(() -> read("{\"a\": \"\\u0000\", \"b\": 1e999}"))
        .isInstanceOfSatisfying(
            RequestRefusedException.Invalid.class, e -> assertThat(e.violations()).hasSize(2));
  }

  @Test
  void doesNotListViolationsWithoutEnd() {
    String body = "[" + "\"\\u0000\",".repeat(10_000) + "1]";

    assertThatThrownBy(() -> read(body))
        .isInstanceOfSatisfying(
            RequestRefusedException.Invalid.class, e -> assertThat(e.violations()).hasSize(50));
  }

  @Test
  void reads64LevelsAndNotOneMore() {
    String deep = "[".repeat(64) + "]".repeat(64);

    assertThat(read(deep)).isNotNull();
    assertThatThrownBy(() -> read("[" + deep + "]"))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessageContaining("64 levels");
  }

  @ParameterizedTest
  @ValueSource(ints = {0xff, 0x80, 0xc0})
  void refusesBytesThatAreNotUtf8(int wrong) {
    byte[] body = {'"', (byte) wrong, '"'};

    assertThatThrownBy(() -> StrictJsonReader.read(body))
        .isInstanceOf(RequestRefusedException.Invalid.class)
        .hasMessage("The body must be UTF-8.");
  }

  @Test
  void refusesLongNumbersTextsAndNames() {
    List<String> bodies =
        List.of(
            "9".repeat(101), "\"" + "x".repeat(65_537) + "\"", "{\"" + "x".repeat(257) + "\":1}");

    assertThat(bodies)
        .allSatisfy(body ->
            assertThatThrownBy(() -> read(body))
                .isInstanceOf(RequestRefusedException.Invalid.class)
                .hasMessageContaining("exceeds a limit"));
  }

  @Test
  void neverRepeatsWhatTheBodyHolds() {
    assertThatThrownBy(() -> read("{\"secret\": hunter2}")).hasMessageNotContaining("hunter2");
  }
}
