package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationTimeParserTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2031-03-03T00:00:00Z",
        "2031-03-03T00:00:00+00:00",
        "2031-03-03T02:00:00+02:00",
        "2031-03-03T02:00:00+0200",
        "2031-03-03T00:00",
        "2031-03-03 00:00:00",
        "2031-03-03T00:00:00.000"
      })
  void readsTheFormsThatClientsWrite(String text) {
    assertThat(ReservationTimeParser.parse(text)).contains(Instant.parse("2031-03-03T00:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "tomorrow",
        "2031-13-01T00:00:00Z",
        "2031-02-30T00:00:00Z",
        "2031-03-03",
        "10000-01-01T00:00:00Z",
        "-2031-03-03T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2031-03-03T00:00:00Z junk"
      })
  void refusesWhatIsNoTime(String text) {
    assertThat(ReservationTimeParser.parse(text)).isEmpty();
  }

  @Test
  void refusesWhatIsNoText() {
    assertThat(ReservationTimeParser.parse(1_900_000_000)).isEmpty();
    assertThat(ReservationTimeParser.parse(null)).isEmpty();
  }
}
