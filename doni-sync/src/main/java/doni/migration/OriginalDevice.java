package doni.migration;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the original's {@code hardware}, unchecked: every column but the key may be null.
 *
 * @param id the row's key, which means nothing outside that database
 * @param properties JSON text, with secrets in clear
 * @param deleted whether it was deleted; the original keeps such rows for ever
 */
public record OriginalDevice(
    long id,
    @Nullable String uuid,
    @Nullable String name,
    @Nullable String projectId,
    @Nullable String hardwareType,
    @Nullable String properties,
    boolean deleted,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    @Nullable Instant deletedAt,
    List<OriginalTask> tasks,
    List<OriginalWindow> windows) {

  public OriginalDevice {
    tasks = List.copyOf(tasks);
    windows = List.copyOf(windows);
  }

  /** Without the values. */
  @Override
  public String toString() {
    return "OriginalDevice[" + uuid + "]";
  }
}
