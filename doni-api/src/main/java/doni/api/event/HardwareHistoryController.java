package doni.api.event;

import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.QueryParameters;
import doni.event.HardwareEvent;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
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
@RequestMapping(
    path = PageLinks.HARDWARE + "/{ref}/events",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class HardwareHistoryController {

  private static final int DEFAULT_EVENTS = 100;
  private static final int MAX_EVENTS = 1_000;
  private static final long NONE = 0;

  private final HardwareService service;

  HardwareHistoryController(HardwareService service) {
    this.service = service;
  }

  @Operation(
      operationId = "listEvents",
      summary = "List the events of a device, newest first",
      description = "Requires hardware:get. A deleted device is found by its UUID.")
  @HardwareReferenceParameter
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
  @ApiResponse(responseCode = "200", description = "one page, with a link to the next (older) page")
  @ErrorStatuses({"403", "404"})
  @GetMapping
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
