package doni.api.event;

import doni.api.docs.Refuses;
import doni.api.hardware.AvailabilityJson;
import doni.api.web.RefParameter;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;

/** Describes {@link HistoryController}. */
@Tag(name = "hardware")
interface HistoryApi {

  @Operation(
      operationId = "listAvailability",
      summary = "When a device may be reserved",
      description = "Needs hardware:get. Windows are changed by a PATCH of the device.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "its windows, by their start")
  @Refuses({"403", "404"})
  AvailabilityJson availability(@Parameter(hidden = true) Caller caller, String ref);

  @Operation(
      operationId = "listEvents",
      summary = "What happened to a device, newest first",
      description = "Needs hardware:get. A deleted device is found by its uuid.")
  @RefParameter
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "at most this many; more than the maximum counts as the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "before",
      description = "only events with a smaller id",
      schema = @Schema(type = "integer", format = "int64", minimum = "1"))
  @ApiResponse(responseCode = "200", description = "one page; links holds the next, older one")
  @Refuses({"400", "403", "404"})
  EventsJson events(
      @Parameter(hidden = true) Caller caller,
      String ref,
      @Parameter(hidden = true) HttpServletRequest request);
}
