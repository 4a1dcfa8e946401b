package doni.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

class EventStreamWriterTests {

  private final EventStreamWriter writer = new EventStreamWriter(JsonMapper.shared());
  private final MockHttpServletResponse response = new MockHttpServletResponse();

  @Test
  void readsTheNextPageAtOnceWhileItLagsBehind() throws IOException {
    long start = System.nanoTime();

    writer.write(new EventFeedPosition(1, 0), position -> eventsUpTo(450, position), response);

    // Four pauses of a second would be longer.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    assertThat(response.getContentAsString().lines().filter(line -> line.startsWith("id: ")))
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, 450).mapToObj(id -> "id: 1-" + id).toList());
  }

  /** Returns the next page; the last one, which is not full, ends the stream. */
  private List<HardwareEvent> eventsUpTo(long last, EventFeedPosition position) {
    long end = Math.min(last, position.id() + EventStreamWriter.PAGE_EVENTS);
    if (end == last) {
      writer.close();
    }
    return LongStream.rangeClosed(position.id() + 1, end)
        .mapToObj(EventStreamWriterTests::event)
        .toList();
  }

  private static HardwareEvent event(long id) {
    return new HardwareEvent(
        new EventFeedPosition(1, id),
        HardwareId.random(),
        Instant.EPOCH,
        "hardware.created",
        1,
        null,
        "u",
        "p",
        "req-1",
        Map.of());
  }
}
