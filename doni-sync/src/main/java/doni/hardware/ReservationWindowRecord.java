package doni.hardware;

import doni.enrollment.ReservationWindow;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A reservation window as it is stored.
 *
 * @param updatedAt null until the window is changed
 */
public record ReservationWindowRecord(
    ReservationWindow window, Instant createdAt, @Nullable Instant updatedAt) {}
