package doni.api.event;

import doni.api.web.StreamPlaces;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Streams events to clients as server-sent events (WHATWG HTML, section 9.2).
 *
 * <p>A stream occupies the request's virtual thread and queries the database once per second, or
 * again at once while it lags behind, so few may run at the same time. A comment is sent after 15 s
 * without events, so that proxies keep the connection open and a disconnected client is detected.
 */
class EventStreamWriter {

  private static final Logger LOG = LoggerFactory.getLogger(EventStreamWriter.class);

  /** Events that a stream holds at a time, however slowly its client reads them. */
  static final int PAGE_EVENTS = 100;

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
  private static final Duration MAX_DURATION = Duration.ofMinutes(15);
  private static final byte[] EMPTY_COMMENT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final JsonMapper json;
  private final StreamPlaces places;
  private final CountDownLatch closing = new CountDownLatch(1);

  EventStreamWriter(JsonMapper json, StreamPlaces places) {
    this.json = json;
    this.places = places;
  }

  /** Ends all streams, because a graceful shutdown waits for open requests. */
  @EventListener(ContextClosedEvent.class)
  void close() {
    closing.countDown();
  }

  /**
   * Streams the events after a position until the client disconnects, the service stops or the
   * maximum duration is reached.
   *
   * @param projectId the project of the caller
   * @param following returns the next events after a position, at most {@value #PAGE_EVENTS}; empty
   *     if there are none yet
   * @throws ResponseStatusException (429) if too many streams are open
   */
  void write(
      String projectId,
      EventFeedPosition from,
      Function<EventFeedPosition, List<HardwareEvent>> following,
      HttpServletResponse response)
      throws IOException {
    if (!places.acquire(projectId)) {
      throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
    }
    try {
      // Query first: a refusal can be answered as JSON only before the first byte is sent.
      List<HardwareEvent> first = following.apply(from);
      response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      write(from, first, following, response.getOutputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release(projectId);
    }
  }

  private void write(
      EventFeedPosition from,
      List<HardwareEvent> first,
      Function<EventFeedPosition, List<HardwareEvent>> following,
      OutputStream out)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + MAX_DURATION.toNanos();
    long lastWrite = System.nanoTime();
    EventFeedPosition position = from;
    List<HardwareEvent> events = first;
    out.write(EMPTY_COMMENT);
    out.flush();
    while (true) {
      for (HardwareEvent event : events) {
        out.write(text(event).getBytes(StandardCharsets.UTF_8));
        position = event.position();
      }
      if (!events.isEmpty() || System.nanoTime() - lastWrite > KEEP_ALIVE.toNanos()) {
        out.write(EMPTY_COMMENT);
        out.flush();
        lastWrite = System.nanoTime();
      }
      Duration pause = events.size() < PAGE_EVENTS ? POLL : Duration.ZERO;
      if (System.nanoTime() > end || closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      try {
        events = following.apply(position);
      } catch (DataAccessException | RequestRefusedException e) {
        // Database unavailable or policy changed: the client gets the reason when it reconnects.
        LOG.debug("Event stream ended", e);
        return;
      }
    }
  }

  private String text(HardwareEvent event) {
    return "id: %s\nevent: %s\ndata: %s\n\n"
        .formatted(
            event.position(), event.kind(), json.writeValueAsString(EventPageJson.of(event)));
  }
}
