package doni.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterHeaderTests {

  private static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0                             | PT0S",
        "120                           | PT2M",
        "Mon, 23 Nov 2026 04:00:30 GMT | PT30S",
        "Mon, 23 Nov 2026 03:00:00 GMT | PT0S",
      })
  void readsSecondsAndDates(String header, Duration expected) {
    assertThat(RetryAfterHeader.read(header, NOW)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "99999999999999999999"})
  void ignoresWhatIsNeither(String header) {
    assertThat(RetryAfterHeader.read(header, NOW)).isNull();
  }

  @Test
  void knowsNothingWithoutAHeader() {
    assertThat(RetryAfterHeader.read(null, NOW)).isNull();
  }
}
