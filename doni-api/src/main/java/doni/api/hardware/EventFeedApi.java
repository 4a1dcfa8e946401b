package doni.api.hardware;

import doni.api.docs.Refuses;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Describes {@link EventFeedController}. */
@Tag(name = "events")
interface EventFeedApi {

  @Operation(
      operationId = "listAllEvents",
      summary = "What happened to all devices, newest first",
      description = "Needs hardware:get for every project.")
  @EventQuery
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
  @Refuses({"400", "403"})
  EventsJson list(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request);

  @Operation(
      operationId = "followEvents",
      summary = "What happens to all devices, as it happens",
      description =
          "Server-sent events: the id is a position, the event is the kind, the data is an Event. Goes on"
              + " after the position in Last-Event-ID, and leaves none out; without it, begins now. Ends"
              + " after a quarter of an hour, so that a token that was revoked meanwhile is noticed: connect"
              + " again with the last id, as browsers do by themselves. Needs hardware:get for every"
              + " project.")
  @EventQuery
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Last-Event-ID",
      description = "the id of the last event that was seen",
      schema = @Schema(type = "string"),
      example = "81234-4711")
  @ApiResponse(
      responseCode = "200",
      description = "a stream that does not end by itself",
      content = @Content(mediaType = "text/event-stream", schema = @Schema(type = "string")))
  @Refuses({"400", "403"})
  void follow(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response)
      throws IOException;
}
