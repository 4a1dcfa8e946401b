package doni.inventory;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a device.
 *
 * @param kind for example {@code hardware.created}, {@code worker.failed}
 * @param workerType null where a person did it
 * @param body what exactly, without secrets
 */
public record Event(
    long id,
    Instant at,
    String kind,
    long generation,
    @Nullable String workerType,
    @Nullable String userId,
    @Nullable String projectId,
    @Nullable String requestId,
    Map<String, Object> body) {}
