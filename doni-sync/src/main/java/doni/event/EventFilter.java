package doni.event;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted; a null admits all.
 *
 * @param hardware those of one device
 * @param kind for example {@code worker.failed}
 * @param workerType those of one worker
 * @param userId what one user did
 */
public record EventFilter(
    @Nullable UUID hardware,
    @Nullable String kind,
    @Nullable String workerType,
    @Nullable String userId) {}
