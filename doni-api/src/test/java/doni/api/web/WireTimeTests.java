package doni.api.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireTimeTests {

  @ParameterizedTest
  @CsvSource({
    "2031-03-03T12:34:56.987654Z,2031-03-03T12:34:56+00:00",
    "2031-01-02T00:00:00Z,2031-01-02T00:00:00+00:00",
    "1969-12-31T23:59:59.5Z,1969-12-31T23:59:59+00:00",
    "0001-01-01T01:02:03Z,0001-01-01T01:02:03+00:00"
  })
  void isUtcToTheSecondWithoutAFraction(Instant instant, String text) {
    assertThat(WireTime.of(instant)).isEqualTo(text);
  }

  @Test
  void staysNull() {
    assertThat(WireTime.orNull(null)).isNull();
  }
}
