package doni.event;

import doni.enrollment.HardwareId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a device.
 *
 * @param position where it stands for those who follow the events
 * @param kind for example {@code hardware.created}, {@code worker.failed}
 * @param workerType null where a person did it
 * @param body what exactly, without secrets
 */
public record HardwareEvent(
    EventPosition position,
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
