package doni.api.leftover;

import doni.api.web.ErrorStatuses;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
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
final class LeftoverController {

  private static final int DEFAULT_LEFTOVERS = 100;
  private static final int MAX_LEFTOVERS = 1_000;

  private final ForceDeleteService force;

  LeftoverController(ForceDeleteService force) {
    this.force = force;
  }

  @Operation(
      operationId = "listLeftovers",
      summary = "List leftovers of force-deleted devices, oldest first",
      description =
          "Requires leftover:get. The worker removes a leftover when the backend is available and no other"
              + " device has the UUID or, if the backend identifies devices by name, the name.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "page size; larger values are reduced to the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "after",
      description = "only leftovers with a higher id",
      schema = @Schema(type = "integer", format = "int64", minimum = "1"))
  @ApiResponse(responseCode = "200", description = "one page, with a link to the next page")
  @ErrorStatuses("403")
  @GetMapping(path = PageLinks.LEFTOVERS, produces = MediaType.APPLICATION_JSON_VALUE)
  public LeftoverPageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_LEFTOVERS, MAX_LEFTOVERS);
    long after = query.positive("after", 0, Long.MAX_VALUE);
    query.check();
    List<Leftover> leftovers = force.leftovers(caller, limit, after);
    return LeftoverPageJson.of(leftovers, next(request, limit, leftovers));
  }

  @Operation(
      operationId = "dismissLeftover",
      summary = "Dismiss a leftover",
      description =
          "Requires leftover:delete. Doni stops its cleanup and removes nothing from the backend, for example"
              + " because the backend no longer exists. A leftover with a running attempt is refused with 409.")
  @Parameter(
      in = ParameterIn.PATH,
      name = "id",
      description = "id from the list",
      required = true,
      schema = @Schema(type = "integer", format = "int64", minimum = "1"),
      example = "17")
  @ApiResponse(responseCode = "204", description = "dismissed; an event records by whom")
  @ErrorStatuses({"403", "404", "409"})
  @DeleteMapping(path = PageLinks.LEFTOVERS + "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  public void dismiss(@AuthenticationPrincipal Caller caller, @PathVariable String id) {
    force.dismiss(caller, number(id));
  }

  private static long number(String id) {
    if (!id.matches("[1-9]\\d{0,17}")) {
      throw new RequestRefusedException.Invalid("id: must be a positive integer");
    }
    return Long.parseLong(id);
  }

  /** Links to the next page if this one is full; the next page may turn out empty. */
  private static List<PageLinkJson> next(
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
