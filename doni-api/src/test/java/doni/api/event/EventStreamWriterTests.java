package doni.api.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import doni.api.web.StreamPlaces;
import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

class EventStreamWriterTests {

  private static final int PER_PROJECT = 2;

  private final EventStreamWriter writer =
      new EventStreamWriter(JsonMapper.shared(), new StreamPlaces(3, PER_PROJECT));
  private final MockHttpServletResponse response = new MockHttpServletResponse();

  @Test
  void readsTheNextPageAtOnceWhileItLagsBehind() throws IOException {
    long start = System.nanoTime();

    writer.write("p", new EventFeedPosition(1, 0), position -> eventsUpTo(450, position), response);

    // Four pauses of a second would be longer.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    assertThat(response.getContentAsString().lines().filter(line -> line.startsWith("id: ")))
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, 450).mapToObj(id -> "id: 1-" + id).toList());
  }

  @Test
  void leavesPlacesForOtherProjects() throws Exception {
    CountDownLatch opened = new CountDownLatch(PER_PROJECT);
    CountDownLatch end = new CountDownLatch(1);
    List<Thread> streams = new ArrayList<>();
    for (int i = 0; i < PER_PROJECT; i++) {
      streams.add(Thread.ofVirtual().start(() -> open("p", opened, end)));
    }
    assertThat(opened.await(10, TimeUnit.SECONDS)).isTrue();
    writer.close();

    assertThatThrownBy(() -> write("p")).hasMessageContaining("429");
    write("q");
    end.countDown();
    for (Thread stream : streams) {
      stream.join();
    }
    write("p");
  }

  private void open(String project, CountDownLatch opened, CountDownLatch end) {
    try {
      writer.write(
          project,
          new EventFeedPosition(1, 0),
          _ -> {
            opened.countDown();
            awaitEnd(end);
            return List.of();
          },
          new MockHttpServletResponse());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitEnd(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(String project) throws IOException {
    writer.write(
        project, new EventFeedPosition(1, 0), _ -> List.of(), new MockHttpServletResponse());
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
