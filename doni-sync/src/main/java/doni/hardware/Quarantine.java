package doni.hardware;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A quarantine: no worker writes to a backend for the hardware.
 *
 * @param by the user who began it
 * @param reason as that user gave it
 */
public record Quarantine(Instant since, @Nullable String by, @Nullable String reason) {}
