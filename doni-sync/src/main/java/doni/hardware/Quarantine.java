package doni.hardware;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a device is frozen: no worker writes to a backend for it.
 *
 * @param by the user who froze it
 * @param reason as that user gave it
 */
public record Quarantine(Instant since, @Nullable String by, @Nullable String reason) {}
