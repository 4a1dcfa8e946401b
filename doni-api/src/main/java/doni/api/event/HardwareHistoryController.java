package doni.api.event;

import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.QueryParameters;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFeedPosition;
import doni.hardware.HardwareEventFeed;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

@RestController
@RequestMapping(PageLinks.HARDWARE + "/{ref}/events")
@Tag(name = "hardware")
final class HardwareHistoryController {

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;

  private final HardwareService service;
  private final HardwareEventFeed feed;
  private final EventStreamWriter streams;

  HardwareHistoryController(
      HardwareService service, HardwareEventFeed feed, EventStreamWriter streams) {
    this.service = service;
    this.feed = feed;
    this.streams = streams;
  }

  @Operation(
      operationId = "listEvents",
      summary = "List the events of a device, newest first, or stream new ones",
      description =
          "Requires hardware:get. A deleted device is found by its UUID. With Accept: text/event-stream, the"
              + " response is a stream of server-sent events, as that of /v1/events, with the events of this"
              + " device alone.")
  @HardwareReferenceParameter
  @EventPageDoc
  @ErrorStatuses({"403", "404"})
  @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
  public EventPageJson events(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_EVENTS, MAX_EVENTS);
    long before = query.positive("before", NONE, Long.MAX_VALUE);
    query.check();
    List<HardwareEvent> events =
        service.events(
            caller, HardwareReference.checked(ref), limit, before == NONE ? null : before);
    return EventPageJson.of(events, older(request, ref, limit, events));
  }

  /** Streams new events; OpenAPI describes it as part of {@link #events}. */
  @Operation(hidden = true)
  @GetMapping(produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  public void follow(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException {
    HardwareEventFeed.DeviceFollower device = feed.follow(caller, HardwareReference.checked(ref));
    EventFeedPosition from = LastEventId.of(request).orElseGet(device::end);
    streams.write(
        caller.projectId(),
        from,
        position -> device.following(position, EventStreamWriter.PAGE_EVENTS),
        response);
  }

  /** Links to the next page if this one is full; the next page may turn out empty. */
  private static List<PageLinkJson> older(
      HttpServletRequest request, String ref, int limit, List<HardwareEvent> events) {
    if (events.size() < limit) {
      return List.of();
    }
    String path =
        PageLinks.HARDWARE
            + "/"
            + UriUtils.encodePathSegment(ref, StandardCharsets.UTF_8)
            + "/events";
    String query = "limit=%d&before=%d".formatted(limit, events.getLast().id());
    return List.of(PageLinks.next(request, path, query));
  }
}
