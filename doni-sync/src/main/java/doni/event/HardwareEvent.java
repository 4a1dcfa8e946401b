package doni.event;

import doni.enrollment.HardwareId;
import doni.event.HardwareEventStore.EventFeedPosition;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event of hardware.
 *
 * @param position its place in the order in which events are followed
 * @param hardware {@link HardwareEventStore#SITE} if it happened to the site
 * @param kind for example {@code hardware.created}, {@code worker.failed}
 * @param workerType null if no worker caused it
 * @param body details, without secrets
 */
public record HardwareEvent(
    EventFeedPosition position,
    HardwareId hardware,
    Instant at,
    String kind,
    long generation,
    @Nullable String workerType,
    @Nullable String userId,
    @Nullable String projectId,
    @Nullable String requestId,
    Map<String, Object> body) {

  public long id() {
    return position.id();
  }
}
