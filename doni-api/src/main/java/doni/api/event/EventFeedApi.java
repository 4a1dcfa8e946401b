package doni.api.event;

import doni.api.docs.Refuses;
import doni.policy.Caller;
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

/** Describes {@link EventFeedController}. */
@Tag(name = "events")
interface EventFeedApi {

  String STREAMED =
      """
      id: 81234-4711
      event: hardware.created
      data: {"id": 4711, "hardware_uuid": "6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11",\
       "at": "2031-03-03T12:00:00+00:00", "kind": "hardware.created", "generation": 1,\
       "user_id": "c3b1f0", "project_id": "9f8e7d", "request_id": "req-UUID", "body": {"name": "edge-01"}}
      """;

  @Operation(
      operationId = "listAllEvents",
      summary = "What happened to all devices, newest first, or what happens, as it happens",
      description =
          "With Accept: text/event-stream, server-sent events: the id is a position, the event is the"
              + " kind, the data is an Event. The stream goes on after the position in Last-Event-ID, and"
              + " leaves none out; without it, it begins now. It ends after a quarter of an hour, so that"
              + " a token that was revoked meanwhile is noticed: connect again with the last id, as"
              + " browsers do by themselves. Needs hardware:get for every project.")
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
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Last-Event-ID",
      description = "for a stream: the id of the last event that was seen",
      schema = @Schema(type = "string"),
      example = "81234-4711")
  @ApiResponse(
      responseCode = "200",
      description =
          "one page, whose links hold the next, older one; or a stream that does not end by itself",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = EventsJson.class)),
        @Content(
            mediaType = "text/event-stream",
            schema = @Schema(type = "string"),
            examples = @ExampleObject(name = "enrolled", value = STREAMED))
      })
  @Refuses({"400", "403"})
  EventsJson list(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request);

  /** Described with {@link #list}: to a description, both are one operation. */
  @Operation(hidden = true)
  void follow(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response)
      throws IOException;
}
