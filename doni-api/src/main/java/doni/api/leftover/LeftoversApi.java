package doni.api.leftover;

import doni.api.docs.Refuses;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;

/** Describes {@link LeftoversController}. */
@Tag(name = "hardware")
interface LeftoversApi {

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
  LeftoversJson list(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request);

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
  void dismiss(@Parameter(hidden = true) Caller caller, String id);
}
