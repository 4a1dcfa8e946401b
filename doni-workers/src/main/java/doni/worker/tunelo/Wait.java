package doni.worker.tunelo;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Something outside must happen first.
 *
 * @param after how long to wait at most; null leaves it to the engine's back-off
 */
record Wait(String reason, @Nullable Duration after) {}
