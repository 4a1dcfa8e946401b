package doni.api.event;

import doni.api.hardware.AvailabilityJson;
import doni.api.hardware.HardwareController;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.event.HardwareEvent;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
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
@RequestMapping(path = PageLinks.HARDWARE + "/{ref}", produces = MediaType.APPLICATION_JSON_VALUE)
final class HistoryController implements HistoryApi {

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;

  private final HardwareService intake;

  HistoryController(HardwareService intake) {
    this.intake = intake;
  }

  @Override
  @GetMapping("/availability")
  public AvailabilityJson availability(
      @AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return AvailabilityJson.of(intake.availability(caller, HardwareController.checked(ref)));
  }

  @Override
  @GetMapping("/events")
  public EventsJson events(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_EVENTS, MAX_EVENTS);
    long before = query.positive("before", NONE, Long.MAX_VALUE);
    query.check();
    List<HardwareEvent> events =
        intake.events(
            caller, HardwareController.checked(ref), limit, before == NONE ? null : before);
    return EventsJson.of(events, older(request, ref, limit, events));
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> older(
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
