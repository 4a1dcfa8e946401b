package doni.hardware;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.ReservationWindow;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowWarningsTests {

  private static final Instant NOW = Instant.parse("2031-03-03T12:00:00Z");

  private static ReservationWindow window(int id, String start, String end) {
    return new ReservationWindow(
        new UUID(0, id), Instant.parse("2031-" + start + "Z"), Instant.parse("2031-" + end + "Z"));
  }

  private static String path(int id) {
    return "/availability/" + new UUID(0, id);
  }

  private static List<String> warnings(List<ReservationWindow> before, ReservationWindow... after) {
    return WindowWarnings.of(before, List.of(after), NOW);
  }

  @Test
  void warnsOfWindowsInThePast() {
    assertThat(
            warnings(
                List.of(),
                window(1, "01-01T00:00:00", "01-02T00:00:00"),
                window(2, "03-03T00:00:00", "03-03T12:00:00"),
                window(3, "03-03T00:00:01", "03-03T12:00:01")))
        .contains(
            path(1) + ": is in the past; it cannot be reserved",
            path(2) + ": is in the past; it cannot be reserved")
        .noneMatch(warning -> warning.startsWith(path(3) + ": is in the past"));
  }

  @Test
  void warnsOfOverlaps() {
    String text = "; only one of them can be reserved at a time";

    assertThat(
            warnings(
                List.of(),
                window(1, "04-01T00:00:00", "04-10T00:00:00"),
                window(2, "04-02T00:00:00", "04-03T00:00:00"),
                window(3, "04-09T00:00:00", "04-11T00:00:00"),
                window(4, "04-11T00:00:00", "04-12T00:00:00")))
        .containsExactly(
            path(2) + ": overlaps " + path(1) + text, path(3) + ": overlaps " + path(1) + text);
  }

  @Test
  void warnsOfTheSameTimeTwice() {
    assertThat(
            warnings(
                List.of(),
                window(1, "04-01T00:00:00", "04-10T00:00:00"),
                window(2, "04-01T00:00:00", "04-10T00:00:00")))
        .hasSize(1);
  }

  @Test
  void isSilentAboutWindowsThatTheChangeDidNotTouch() {
    ReservationWindow past = window(1, "01-01T00:00:00", "01-02T00:00:00");
    ReservationWindow twin = window(2, "01-01T00:00:00", "01-02T00:00:00");
    ReservationWindow added = window(3, "05-01T00:00:00", "05-02T00:00:00");

    assertThat(warnings(List.of(past, twin), past, twin, added)).isEmpty();
    assertThat(warnings(List.of(past, added), past, window(3, "06-01T00:00:00", "06-02T00:00:00")))
        .isEmpty();
    assertThat(warnings(List.of(added), added, window(4, "04-30T00:00:00", "05-01T00:00:01")))
        .hasSize(1);
  }

  @Test
  void limitsTheWarnings() {
    List<ReservationWindow> many =
        IntStream.range(0, 500)
            .mapToObj(id -> window(id, "01-01T00:00:00", "01-02T00:00:00"))
            .toList();

    assertThat(WindowWarnings.of(List.of(), many, NOW)).hasSize(10);
  }
}
