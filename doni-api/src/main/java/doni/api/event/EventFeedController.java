package doni.api.event;

import doni.api.web.ErrorStatuses;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.QueryParameters;
import doni.event.EventFeedService;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.event.HardwareEventStore.EventFilter;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
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
@Tag(name = "events")
final class EventFeedController {

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;

  private final EventFeedService feed;
  private final EventStreamWriter streams;

  EventFeedController(EventFeedService feed, EventStreamWriter streams) {
    this.feed = feed;
    this.streams = streams;
  }

  @Operation(
      operationId = "listAllEvents",
      summary = "List the events of all devices, newest first, or stream new ones",
      description =
          "With Accept: text/event-stream, the response is a stream of server-sent events: id is a"
              + " position, event is the kind, data is an Event. The stream continues after the position in"
              + " Last-Event-ID without gaps; without that header, it starts now. It ends after 15 minutes,"
              + " so that a revoked token is detected: reconnect with the last id, as browsers do"
              + " automatically. Requires hardware:get for every project; with project_id, for that project. At"
              + " most 64 streams may be open, 16 of them by one project; a further one is answered with 429.")
  @EventFilterParameters
  @EventPageDoc
  @ErrorStatuses("403")
  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  public EventPageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    EventFilter filter = EventFilterQuery.read(query);
    int limit = (int) query.positive("limit", DEFAULT_EVENTS, MAX_EVENTS);
    long before = query.positive("before", NONE, Long.MAX_VALUE);
    query.check();
    List<HardwareEvent> events = feed.latest(caller, filter, limit, before == NONE ? null : before);
    return EventPageJson.of(events, older(request, filter, limit, events));
  }

  /** Streams new events; OpenAPI describes it as part of {@link #list}. */
  @Operation(hidden = true)
  @EventFilterParameters
  @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  public void follow(
      @AuthenticationPrincipal Caller caller,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    EventFilter filter = EventFilterQuery.read(query);
    query.check();
    EventFeedPosition from = LastEventId.of(request).orElseGet(() -> feed.end(caller, filter));
    streams.write(
        caller.projectId(),
        from,
        position -> feed.following(caller, position, filter, EventStreamWriter.PAGE_EVENTS),
        response);
  }

  /** Links to the next page if this one is full; the next page may turn out empty. */
  private static List<PageLinkJson> older(
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
    keep(query, "project_id", filter.projectId());
    String text = String.valueOf(query.build().encode().getQuery());
    return List.of(PageLinks.next(request, PageLinks.EVENTS, text));
  }

  private static void keep(UriComponentsBuilder query, String name, @Nullable Object value) {
    if (value != null) {
      query.queryParam(name, value);
    }
  }
}
