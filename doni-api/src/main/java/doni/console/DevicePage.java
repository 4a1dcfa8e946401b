package doni.console;

import doni.event.HardwareEvent;
import doni.hardware.HardwarePermissions.AllowedActions;
import doni.hardware.HardwareView;
import doni.hardware.ReservationWindowRecord;
import doni.readiness.DeviceReadiness;
import doni.secret.MaskedPropertyView;
import doni.task.TaskState;
import doni.task.WorkerReport;
import doni.worker.SharedNames;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the page of a device shows. Every secret is masked, also those that the API shows to the
 * owner of the device, such as the join token: a page is seen by those who look over a shoulder.
 *
 * @param readiness null for a deleted device
 */
record DevicePage(
    HardwareView device,
    @Nullable DeviceReadiness readiness,
    AllowedActions allowed,
    Map<String, Object> properties,
    List<WorkerRow> workers,
    List<ReservationWindowRecord> windows,
    List<DeviceLease> leases,
    List<HardwareEvent> events) {

  /** Details that have a place of their own. */
  private static final List<String> SHOWN_ELSEWHERE =
      List.of(
          "defer_reason",
          "last_error",
          "defer_count",
          "attempts",
          "waiting_since",
          "next_attempt_at",
          SharedNames.USER_LEASES);

  /**
   * One worker's task.
   *
   * @param reason why it is not steady; null if it is
   * @param attempts made since it was last steady; null if it is
   * @param waitingSince as the API shows it
   * @param nextAttempt as the API shows it; null if none is planned
   * @param lastEvent the newest event of the worker; null without one
   * @param details what else the worker reports
   */
  record WorkerRow(
      String workerType,
      TaskState state,
      @Nullable String reason,
      @Nullable Object attempts,
      @Nullable Object waitingSince,
      @Nullable Object nextAttempt,
      @Nullable HardwareEvent lastEvent,
      Map<String, Object> details) {}

  static DevicePage of(
      HardwareView device,
      @Nullable DeviceReadiness readiness,
      AllowedActions allowed,
      MaskedPropertyView view,
      List<ReservationWindowRecord> windows,
      List<HardwareEvent> events) {
    return new DevicePage(
        device,
        readiness,
        allowed,
        view.forReader(device.hardwareType(), device.properties()),
        device.workers().stream().map(report -> row(report, view, events)).toList(),
        windows,
        device.deletedAt() == null ? DeviceLease.of(device) : List.of(),
        events);
  }

  /**
   * Returns a digest of what can change while the page is open; no unmasked value is part of it.
   */
  String version() {
    return LiveFragment.version(
        List.of(
            device.generation(),
            Optional.ofNullable(device.quarantine()),
            Optional.ofNullable(device.deletedAt()),
            Optional.ofNullable(device.availability())
                .map(availability -> List.of(availability.status(), availability.reason())),
            Optional.ofNullable(readiness),
            device.labels(),
            allowed,
            properties,
            workers,
            windows,
            leases,
            events));
  }

  private static WorkerRow row(
      WorkerReport report, MaskedPropertyView view, List<HardwareEvent> events) {
    Map<String, Object> all = view.detailsForReader(report.workerType(), report.stateDetails());
    Map<String, Object> details = new LinkedHashMap<>(all);
    SHOWN_ELSEWHERE.forEach(details::remove);
    return new WorkerRow(
        report.workerType(),
        report.state(),
        report.whyNotSteady().orElse(null),
        all.get("attempts"),
        all.get("waiting_since"),
        all.get("next_attempt_at"),
        events.stream()
            .filter(event -> report.workerType().equals(event.workerType()))
            .findFirst()
            .orElse(null),
        details);
  }
}
