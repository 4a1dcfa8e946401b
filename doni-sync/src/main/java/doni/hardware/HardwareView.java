package doni.hardware;

import doni.availability.DeviceAvailability;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.policy.PolicyTarget;
import doni.task.WorkerReport;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Enrolled hardware as its owner sees it: sensitive values are masked; null values and properties
 * that no enabled worker knows are left out.
 *
 * @param updatedAt null until the hardware is changed
 * @param quarantine null without a quarantine, and in the public export
 * @param workers in the order of the hardware type; of deleted hardware only those that still clean
 *     up; empty in the public export
 * @param deletedAt null until the hardware is deleted
 * @param availability whether it responds; null where only the record was read: after a patch, of
 *     deleted hardware, and in the public export
 * @param warnings what of a change was accepted but will not have the expected effect; only in the
 *     answer to that change
 * @param labels sorted by key; public
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
    List<WorkerReport> workers,
    @Nullable Instant deletedAt,
    @Nullable DeviceAvailability availability,
    List<String> warnings,
    Map<String, String> labels) {

  public HardwareView {
    warnings = List.copyOf(warnings);
    labels = labels.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(labels));
  }

  /** Creates a view of live hardware without warnings. */
  public HardwareView(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Instant createdAt,
      @Nullable Instant updatedAt,
      Generation generation,
      @Nullable Quarantine quarantine,
      List<WorkerReport> workers) {
    this(
        id,
        name,
        projectId,
        hardwareType,
        properties,
        createdAt,
        updatedAt,
        generation,
        quarantine,
        workers,
        null,
        null,
        List.of(),
        Map.of());
  }

  /** Creates a view without labels. */
  public HardwareView(
      HardwareId id,
      String name,
      String projectId,
      String hardwareType,
      Map<String, Object> properties,
      Instant createdAt,
      @Nullable Instant updatedAt,
      Generation generation,
      @Nullable Quarantine quarantine,
      List<WorkerReport> workers,
      @Nullable Instant deletedAt,
      @Nullable DeviceAvailability availability,
      List<String> warnings) {
    this(
        id,
        name,
        projectId,
        hardwareType,
        properties,
        createdAt,
        updatedAt,
        generation,
        quarantine,
        workers,
        deletedAt,
        availability,
        warnings,
        Map.of());
  }

  /** What a policy rule may compare with. */
  Map<String, String> target() {
    return PolicyTarget.device(id.toString(), name, projectId, hardwareType);
  }

  HardwareView with(Map<String, Object> newProperties, List<WorkerReport> newWorkers) {
    return copy(newProperties, newWorkers, deletedAt, availability, warnings, labels);
  }

  HardwareView withWarnings(List<String> added) {
    return copy(properties, workers, deletedAt, availability, added, labels);
  }

  /** Returns the same view with other labels. */
  public HardwareView withLabels(Map<String, String> newLabels) {
    return copy(properties, workers, deletedAt, availability, warnings, newLabels);
  }

  private HardwareView copy(
      Map<String, Object> newProperties,
      List<WorkerReport> newWorkers,
      @Nullable Instant newDeletedAt,
      @Nullable DeviceAvailability newAvailability,
      List<String> newWarnings,
      Map<String, String> newLabels) {
    return new HardwareView(
        id,
        name,
        projectId,
        hardwareType,
        newProperties,
        createdAt,
        updatedAt,
        generation,
        quarantine,
        newWorkers,
        newDeletedAt,
        newAvailability,
        newWarnings,
        newLabels);
  }

  /**
   * A quarantine: no worker writes to a backend for the hardware.
   *
   * @param by the user who began it
   * @param reason as that user gave it
   */
  public record Quarantine(Instant since, @Nullable String by, @Nullable String reason) {}
}
