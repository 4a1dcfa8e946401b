package doni.migration;

import doni.enrollment.HardwareId;
import doni.hardware.ReservationWindowRecord;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device as it is stored here.
 *
 * @param properties secrets are {@link doni.enrollment.Secret}s
 * @param issued properties that the original did not have and that were made for it
 */
record MigratedHardware(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    Set<String> issued,
    Instant createdAt,
    @Nullable Instant updatedAt,
    @Nullable Instant deletedAt,
    List<ReservationWindowRecord> windows,
    List<MigratedWorkerTask> tasks) {

  MigratedHardware {
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    issued = Set.copyOf(issued);
    windows = List.copyOf(windows);
    tasks = List.copyOf(tasks);
  }

  String label() {
    return id + " " + name;
  }

  /** What can be seen of it from outside, without what was issued here. */
  MigrationChecksum enrollment() {
    Map<String, Object> original = new LinkedHashMap<>(properties);
    original.keySet().removeAll(issued);
    return MigrationChecksum.ofEnrollment(
        id, name, projectId, hardwareType, original, createdAt, updatedAt, deletedAt, windows);
  }

  MigrationChecksum work() {
    Map<String, Object> byWorker = new LinkedHashMap<>();
    tasks.forEach(task ->
        byWorker.put(
            task.workerType(),
            MigrationChecksum.task(
                task.ending().served,
                task.ending().synced,
                task.ending().outcome,
                task.reason(),
                task.deferCount(),
                task.lastAttemptAt(),
                task.details())));
    return MigrationChecksum.of(byWorker);
  }
}
