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
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
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

  private static final String STREAMED =
      """
      id: 81234-4711
      event: hardware.created
      data: {"id": 4711, "hardware_uuid": "6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11",\
       "at": "2031-03-03T12:00:00+00:00", "kind": "hardware.created", "generation": 1,\
       "user_id": "c3b1f0", "project_id": "9f8e7d", "request_id": "req-UUID", "body": {"name": "edge-01"}}
      """;

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;
  private static final String LAST_EVENT_ID = "Last-Event-ID";

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
              + " automatically. Requires hardware:get for every project.")
  @EventFilterParameters
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "page size; larger values are reduced to the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "before",
      description = "only events with a lower id",
      schema = @Schema(type = "integer", format = "int64", minimum = "1"))
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Last-Event-ID",
      description = "for a stream: the id of the last event that the client received",
      schema = @Schema(type = "string"),
      example = "81234-4711")
  @ApiResponse(
      responseCode = "200",
      description = "one page, with a link to the next (older) page; or a stream",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = EventPageJson.class)),
        @Content(
            mediaType = "text/event-stream",
            schema = @Schema(type = "string"),
            examples = @ExampleObject(name = "enrolled", value = STREAMED))
      })
  @ErrorStatuses("403")
  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  public EventPageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    EventFilter filter = filter(query);
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
    EventFilter filter = filter(query);
    query.check();
    String last = request.getHeader(LAST_EVENT_ID);
    EventFeedPosition from = last == null ? feed.end(caller) : position(last);
    streams.write(
        from,
        position -> feed.following(caller, position, filter, EventStreamWriter.PAGE_EVENTS),
        response);
  }

  private static EventFeedPosition position(String text) {
    return EventFeedPosition.parse(text)
        .orElseThrow(() ->
            new RequestRefusedException.Invalid(
                LAST_EVENT_ID + ": must be the id of an event of this stream, such as 81234-4711"));
  }

  private static EventFilter filter(QueryParameters query) {
    return new EventFilter(
        query.uuid("hardware"),
        query.known("kind"),
        query.known("worker_type"),
        query.text("user_id"));
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
    String text = String.valueOf(query.build().encode().getQuery());
    return List.of(PageLinks.next(request, PageLinks.EVENTS, text));
  }

  private static void keep(UriComponentsBuilder query, String name, @Nullable Object value) {
    if (value != null) {
      query.queryParam(name, value);
    }
  }
}
