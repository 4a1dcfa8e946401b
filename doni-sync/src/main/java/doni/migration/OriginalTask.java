package doni.migration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of the original's {@code worker_task}, unchecked.
 *
 * @param state {@code PENDING}, {@code IN_PROGRESS}, {@code STEADY} or {@code ERROR}
 * @param details JSON text, with secrets in clear
 */
public record OriginalTask(
    @Nullable String workerType,
    @Nullable String state,
    @Nullable String details,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt) {

  /** Without the values. */
  @Override
  public String toString() {
    return "OriginalTask[" + workerType + ", " + state + "]";
  }
}
