package doni.hardware;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored window of availability. */
public record StoredWindow(
    UUID uuid, Instant start, Instant end, Instant createdAt, @Nullable Instant updatedAt) {}
