package doni.inventory;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A stored window of availability. */
public record AvailabilityWindow(
    UUID uuid, Instant start, Instant end, Instant createdAt, @Nullable Instant updatedAt) {}
