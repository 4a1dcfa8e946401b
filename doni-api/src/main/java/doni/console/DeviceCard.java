package doni.console;

import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.hardware.HardwareView;
import doni.readiness.DeviceReadiness;
import doni.readiness.DeviceReadiness.ReadyStep;
import doni.readiness.DeviceReadiness.StepStatus;
import doni.task.TaskState;
import doni.worker.SharedNames;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an owner needs to know of one device.
 *
 * @param reached how many of the steps to Ready the device has taken
 * @param current the step where it stands; null when it is Ready
 * @param errors why workers failed, by worker type
 * @param needsBake whether the machine needs the new key of its device
 * @param offline whether it was seen before and does not respond, or not to every backend
 */
record DeviceCard(
    HardwareView device,
    int steps,
    long reached,
    @Nullable ReadyStep current,
    List<WorkerError> errors,
    boolean needsBake,
    boolean offline) {

  /** Why a worker failed. */
  record WorkerError(String workerType, String reason) {}

  static DeviceCard of(HardwareView device, DeviceReadiness way) {
    DeviceAvailability availability = device.availability();
    return new DeviceCard(
        device,
        way.steps().size(),
        way.steps().stream().filter(step -> step.status() == StepStatus.REACHED).count(),
        way.current().orElse(null),
        device.workers().stream()
            .filter(report -> report.state() == TaskState.ERROR)
            .map(report -> new WorkerError(report.workerType(), report.whyNotSteady().orElse("")))
            .toList(),
        device.workers().stream().anyMatch(report -> needsBake(report.stateDetails())),
        availability != null
            && (availability.status() == AvailabilityStatus.OFFLINE
                || availability.status() == AvailabilityStatus.DEGRADED));
  }

  private static boolean needsBake(Map<String, Object> details) {
    return details.get(SharedNames.NEEDS_BAKE) != null;
  }

  /** Returns the errors that the reason of the current step does not say already. */
  public List<WorkerError> otherErrors() {
    return errors.stream()
        .filter(error -> current == null || !error.workerType().equals(current.workerType()))
        .toList();
  }

  /** Returns whether the device is waiting for its owner. */
  public boolean needsAttention() {
    return offline || needsBake || !errors.isEmpty();
  }
}
