package doni.api.event;

import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.event.EventFeed;
import doni.event.EventFilter;
import doni.event.EventPosition;
import doni.event.HardwareEvent;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

@RestController
@RequestMapping(PageLinks.EVENTS)
final class EventFeedController implements EventFeedApi {

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;
  private static final String LAST_EVENT_ID = "Last-Event-ID";

  private final EventFeed feed;
  private final EventStreams streams;

  EventFeedController(EventFeed feed, EventStreams streams) {
    this.feed = feed;
    this.streams = streams;
  }

  @Override
  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  public EventsJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    EventFilter filter = filter(query);
    int limit = (int) query.positive("limit", DEFAULT_EVENTS, MAX_EVENTS);
    long before = query.positive("before", NONE, Long.MAX_VALUE);
    query.check();
    List<HardwareEvent> events = feed.latest(caller, filter, limit, before == NONE ? null : before);
    return EventsJson.of(events, older(request, filter, limit, events));
  }

  @Override
  @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  public void follow(
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    EventFilter filter = filter(query);
    query.check();
    String last = request.getHeader(LAST_EVENT_ID);
    EventPosition from = last == null ? feed.end(caller) : position(last);
    streams.write(from, position -> feed.following(caller, position, filter, MAX_EVENTS), response);
  }

  private static EventPosition position(String text) {
    return EventPosition.parse(text)
        .orElseThrow(() ->
            new RequestRefusedException.Invalid(
                LAST_EVENT_ID + ": must be the id of an event of this stream, like 81234-4711"));
  }

  private static EventFilter filter(QueryParameters query) {
    return new EventFilter(
        query.uuid("hardware"),
        query.text("kind"),
        query.text("worker_type"),
        query.text("user_id"));
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> older(
      HttpServletRequest request, EventFilter filter, int limit, List<HardwareEvent> events) {
    if (events.size() < limit) {
      return List.of();
    }
    UriComponentsBuilder query =
        UriComponentsBuilder.newInstance()
            .queryParam("limit", limit)
            .queryParam("before", events.getLast().id());
    keep(query, "hardware", filter.hardware());
    keep(query, "kind", filter.kind());
    keep(query, "worker_type", filter.workerType());
    keep(query, "user_id", filter.userId());
    String text = String.valueOf(query.build().encode().getQuery());
    return List.of(PageLinks.next(request, PageLinks.EVENTS, text));
  }

  private static void keep(UriComponentsBuilder query, String name, @Nullable Object value) {
    if (value != null) {
      query.queryParam(name, value);
    }
  }
}
