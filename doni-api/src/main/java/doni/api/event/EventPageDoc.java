package doni.api.event;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes a page of events, and the stream that has the same path. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
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
    name = LastEventId.NAME,
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
          examples = @ExampleObject(name = "enrolled", value = EventPageDoc.STREAMED))
    })
@interface EventPageDoc {

  /** One event of a stream. */
  String STREAMED =
      """
      id: 81234-4711
      event: hardware.created
      data: {"id": 4711, "hardware_uuid": "6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11",\
       "at": "2031-03-03T12:00:00+00:00", "kind": "hardware.created", "generation": 1,\
       "user_id": "c3b1f0", "project_id": "9f8e7d", "request_id": "req-UUID", "body": {"name": "edge-01"}}
      """;
}
