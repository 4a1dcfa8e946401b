package doni.api.event;

import doni.event.EventPosition;
import doni.event.HardwareEvent;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes events to clients that follow them, as server-sent events (WHATWG HTML, section 9.2).
 *
 * <p>A stream keeps the request's virtual thread and asks the database once a second, so there may
 * be {@value #MOST} at a time. A comment goes out when there was nothing to tell for a while, so
 * that proxies keep the connection and a client that has gone is noticed.
 */
@Component
class EventStreams {

  private static final Logger log = LoggerFactory.getLogger(EventStreams.class);

  static final int MOST = 64;
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofSeconds(15);
  private static final Duration LONGEST = Duration.ofMinutes(15);
  private static final byte[] NOTHING = ":\n\n".getBytes(StandardCharsets.UTF_8);

  private final JsonMapper json;
  private final Semaphore places = new Semaphore(MOST);
  private final CountDownLatch closing = new CountDownLatch(1);

  EventStreams(JsonMapper json) {
    this.json = json;
  }

  /** A stop of the service waits for requests, and these do not end by themselves. */
  @EventListener(ContextClosedEvent.class)
  void close() {
    closing.countDown();
  }

  /**
   * Writes what follows a position until the client goes, the service stops or the time is up.
   *
   * @param following the next events after a position, none when there are none yet
   * @throws ResponseStatusException (429) when there are too many streams already
   */
  void write(
      EventPosition from,
      Function<EventPosition, List<HardwareEvent>> following,
      HttpServletResponse response)
      throws IOException {
    if (!places.tryAcquire()) {
      throw new ResponseStatusException(HttpStatus.TOO_MANY_REQUESTS);
    }
    try {
      // Refusals are answered as JSON as long as nothing was sent.
      List<HardwareEvent> first = following.apply(from);
      response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      write(from, first, following, response.getOutputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  private void write(
      EventPosition from,
      List<HardwareEvent> first,
      Function<EventPosition, List<HardwareEvent>> following,
      OutputStream out)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST.toNanos();
    long told = System.nanoTime();
    EventPosition position = from;
    List<HardwareEvent> events = first;
    out.write(NOTHING);
    out.flush();
    while (true) {
      for (HardwareEvent event : events) {
        out.write(text(event).getBytes(StandardCharsets.UTF_8));
        position = event.position();
      }
      if (!events.isEmpty() || System.nanoTime() - told > SILENCE.toNanos()) {
        out.write(NOTHING);
        out.flush();
        told = System.nanoTime();
      }
      if (System.nanoTime() > end || closing.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      try {
        events = following.apply(position);
      } catch (DataAccessException | RequestRefusedException e) {
        // The database is away, or the policy was changed: a client that comes back is told.
        log.debug("A stream of events ends", e);
        return;
      }
    }
  }

  private String text(HardwareEvent event) {
    return "id: %s\nevent: %s\ndata: %s\n\n"
        .formatted(event.position(), event.kind(), json.writeValueAsString(EventsJson.of(event)));
  }
}
