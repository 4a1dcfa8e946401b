package doni.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

class JsonValueTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":[1,2.50,true,false,null,\"x\"],\"b\":{},\"c\":[]}",
        "123456789012345678901234567890",
        "\"\\\"\\\\\\n\\t\\r\\u001b\\u009b ä\"",
        "null"
      })
  void writesWhatItReads(String text) {
    assertThat(JsonValue.parse(text).compact()).isEqualTo(text);
    assertThat(JsonValue.parse(JsonValue.parse(text).pretty()).compact()).isEqualTo(text);
  }

  @Test
  void printsOneMemberPerLine() {
    assertThat(JsonValue.parse("{\"a\":[1,{}],\"b\":[]}").pretty())
        .isEqualTo("{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
  }

  @Test
  void readsWhatIsNotThereAsNull() {
    JsonValue value = JsonValue.parse("{\"a\": 1}");

    assertThat(value.path("b").path("c").isNull()).isTrue();
    assertThat(value.path("a").elements()).isEmpty();
    assertThat(value.path("b").text()).isEmpty();
    assertThat(value.path("b").number()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1,", "{} {}", "{\"a\" 1}", "<html>"})
  void refusesWhatIsNotOneValue(String text) {
    assertThatThrownBy(() -> JsonValue.parse(text)).isInstanceOf(JacksonException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2031-03-03T12:00:00+00:00, 0",
    "2031-03-03T12:01:30Z, 90",
    "2031-03-02T12:00:00.123456Z, -86400",
    "2031-13-03T12:00:00Z, 0",
    "soon, 0",
    "2031-03-xxT12:00:00Z, 0"
  })
  void countsSecondsBetweenTimes(String time, long seconds) {
    long now = 1_930_305_600L;

    assertThat(UtcTime.secondsBetween(now, time)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    "-5, 0s",
    "119, 119s",
    "120, 2m",
    "7199, 119m",
    "7200, 2h",
    "172799, 47h",
    "172800, 2d"
  })
  void showsAnAgeInItsLargestUnit(long seconds, String age) {
    assertThat(UtcTime.unit(seconds)).isEqualTo(age);
  }
}
