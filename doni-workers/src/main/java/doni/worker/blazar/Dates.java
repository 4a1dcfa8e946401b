package doni.worker.blazar;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is to change of a lease's time.
 *
 * @param start null where it stays
 * @param end null where it stays
 */
record Dates(@Nullable Start start, @Nullable Instant end) {}
