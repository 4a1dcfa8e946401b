package doni.api.event;

import doni.event.HardwareEventStore.EventFeedPosition;
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;

/** The header with which a client continues a stream of events. */
final class LastEventId {

  /** One event of a stream, for OpenAPI. */
  static final String STREAMED =
      """
      id: 81234-4711
      event: hardware.created
      data: {"id": 4711, "hardware_uuid": "6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11",\
       "at": "2031-03-03T12:00:00+00:00", "kind": "hardware.created", "generation": 1,\
       "user_id": "c3b1f0", "project_id": "9f8e7d", "request_id": "req-UUID", "body": {"name": "edge-01"}}
      """;

  private static final String NAME = "Last-Event-ID";

  private LastEventId() {}

  /**
   * Returns the position in the header; empty without that header.
   *
   * @throws RequestRefusedException.Invalid if it is not a position
   */
  static Optional<EventFeedPosition> of(HttpServletRequest request) {
    return Optional.ofNullable(request.getHeader(NAME))
        .map(text ->
            EventFeedPosition.parse(text)
                .orElseThrow(() ->
                    new RequestRefusedException.Invalid(
                        NAME + ": must be the id of an event of this stream, such as 81234-4711")));
  }

  /** Describes the header. */
  @Documented
  @Target(ElementType.METHOD)
  @Retention(RetentionPolicy.RUNTIME)
  @Parameter(
      in = ParameterIn.HEADER,
      name = NAME,
      description = "for a stream: the id of the last event that the client received",
      schema = @Schema(type = "string"),
      example = "81234-4711")
  @interface LastEventIdParameter {}
}
