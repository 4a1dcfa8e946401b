package doni.event;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A filter for events; null matches everything.
 *
 * @param kind for example {@code worker.failed}
 * @param userId the user who caused the event
 */
public record EventFilter(
    @Nullable UUID hardware,
    @Nullable String kind,
    @Nullable String workerType,
    @Nullable String userId) {}
