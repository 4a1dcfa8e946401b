package doni.api.leftover;

import doni.api.docs.Refuses;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.leftover.ForceDeleteService;
import doni.leftover.Leftover;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "hardware")
final class LeftoversController {

  private static final int DEFAULT_LEFTOVERS = 100;
  private static final int MAX_LEFTOVERS = 1_000;

  private final ForceDeleteService force;

  LeftoversController(ForceDeleteService force) {
    this.force = force;
  }

  @Operation(
      operationId = "listLeftovers",
      summary =
          "What devices that were deleted by force have left over in backends, the oldest first",
      description =
          "Needs leftover:get. Each is removed by its worker as soon as the backend is back and no other"
              + " device has the uuid, or, where the backend knows devices by name, the name.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "at most this many; more than the maximum counts as the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "after",
      description = "only those with a greater id",
      schema = @Schema(type = "integer", format = "int64", minimum = "1"))
  @ApiResponse(responseCode = "200", description = "one page; links holds the next one")
  @Refuses({"400", "403"})
  @GetMapping(path = PageLinks.LEFTOVERS, produces = MediaType.APPLICATION_JSON_VALUE)
  public LeftoversJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_LEFTOVERS, MAX_LEFTOVERS);
    long after = query.positive("after", 0, Long.MAX_VALUE);
    query.check();
    List<Leftover> leftovers = force.leftovers(caller, limit, after);
    return LeftoversJson.of(leftovers, next(request, limit, leftovers));
  }

  @Operation(
      operationId = "dismissLeftover",
      summary = "Forget what is left over in a backend that will not come back",
      description =
          "Needs leftover:delete. Nothing is removed from the backend. One that its worker is at right now"
              + " answers 409.")
  @Parameter(
      in = ParameterIn.PATH,
      name = "id",
      description = "as the list shows it",
      required = true,
      schema = @Schema(type = "integer", format = "int64", minimum = "1"),
      example = "17")
  @ApiResponse(responseCode = "204", description = "it is forgotten; an event tells who did it")
  @Refuses({"400", "403", "404", "409"})
  @DeleteMapping(path = PageLinks.LEFTOVERS + "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  public void dismiss(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
    force.dismiss(caller, number(id));
  }

  private static long number(String id) {
    if (!id.matches("[1-9]\\d{0,17}")) {
      throw new RequestRefusedException.Invalid("id: must be a whole number of 1 or more");
    }
    return Long.parseLong(id);
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> next(
      HttpServletRequest request, int limit, List<Leftover> leftovers) {
    return leftovers.size() < limit
        ? List.of()
        : List.of(
            PageLinks.next(
                request,
                PageLinks.LEFTOVERS,
                "limit=%d&after=%d".formatted(limit, leftovers.getLast().id())));
  }
}
