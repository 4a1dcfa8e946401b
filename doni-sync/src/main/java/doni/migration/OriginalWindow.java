package doni.migration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of the original's {@code availability_window}, unchecked. */
public record OriginalWindow(
    @Nullable String uuid,
    @Nullable Instant start,
    @Nullable Instant end,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt) {}
