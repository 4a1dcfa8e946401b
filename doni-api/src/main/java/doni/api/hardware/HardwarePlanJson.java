package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.hardware.HardwarePlanService.DevicePlan;
import doni.worker.Change;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What each worker of a device would write now. */
@Schema(
    name = "Plan",
    requiredProperties = {"hardware_uuid", "workers"})
@JsonPropertyOrder({"hardware_uuid", "workers"})
record HardwarePlanJson(
    @JsonProperty("hardware_uuid") UUID hardware, List<WorkerPlanJson> workers) {

  /** The plan of one worker. */
  @Schema(
      name = "WorkerPlan",
      requiredProperties = {"worker_type", "changes"})
  @JsonPropertyOrder({"worker_type", "changes", "reason"})
  record WorkerPlanJson(
      @JsonProperty("worker_type") @Schema(example = "k8s") String workerType,
      @Schema(description = "in order; empty with a null reason if there is no drift")
          List<ChangeJson> changes,
      @Schema(
              types = {"string", "null"},
              description =
                  "why the worker cannot plan, or what it waits for before it writes; null if the list of"
                      + " changes is complete",
              example = "no connection to kubernetes: connect timed out")
          @Nullable String reason) {}

  /** One write to a backend. */
  @Schema(
      name = "Change",
      requiredProperties = {"action", "object"})
  @JsonPropertyOrder({"action", "object", "from", "to"})
  record ChangeJson(
      @Schema(allowableValues = {"CREATE", "UPDATE", "DELETE"}) String action,
      @Schema(
              description = "name of the object at the backend",
              example = "label smarter-device-manager")
          String object,
      @Schema(
              types = {"string", "null"},
              description = "null if absent or secret",
              example = "disabled")
          @Nullable String from,
      @Schema(
              types = {"string", "null"},
              description = "null if absent or secret",
              example = "enabled")
          @Nullable String to) {}

  static HardwarePlanJson of(DevicePlan plan) {
    return new HardwarePlanJson(
        plan.hardware().value(), plan.workers().stream().map(HardwarePlanJson::of).toList());
  }

  private static WorkerPlanJson of(WorkerPlan plan) {
    return new WorkerPlanJson(
        plan.workerType(),
        plan.changes().stream().map(HardwarePlanJson::of).toList(),
        plan.reason());
  }

  private static ChangeJson of(Change change) {
    return new ChangeJson(change.action().name(), change.object(), change.from(), change.to());
  }
}
