package doni.hardware;

import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An enrolled device as its owner sees it: masked where a value is sensitive, without null values
 * and without properties that no enabled worker knows.
 *
 * @param updatedAt null as long as nothing was changed
 * @param quarantine null where it is not frozen, and in the public export
 * @param workers in the order of the hardware type; empty in the public export
 */
public record HardwareView(
    HardwareId id,
    String name,
    String projectId,
    String hardwareType,
    Map<String, Object> properties,
    Instant createdAt,
    @Nullable Instant updatedAt,
    Generation generation,
    @Nullable Quarantine quarantine,
    List<WorkerReport> workers) {}
