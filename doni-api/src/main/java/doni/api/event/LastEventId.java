package doni.api.event;

import doni.event.HardwareEventStore.EventFeedPosition;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** The header with which a client continues a stream of events. */
final class LastEventId {

  static final String NAME = "Last-Event-ID";

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
}
