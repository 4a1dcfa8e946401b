package doni.worker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a whole lane sleeps.
 *
 * @param reason what it waits for, for an operator to read; names the setting where one is to be
 *     changed
 * @param until when it will look again by itself; null where only an event from outside ends it
 */
public record LanePause(String reason, @Nullable Instant until) {}
