package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.engine.attempt.Planner.WorkerPlan;
import doni.hardware.PlanService.DevicePlan;
import doni.worker.Change;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the workers of a device would write now. */
@Schema(
    name = "Plan",
    requiredProperties = {"hardware_uuid", "workers"})
@JsonPropertyOrder({"hardware_uuid", "workers"})
record PlanJson(@JsonProperty("hardware_uuid") UUID hardware, List<WorkerPlanJson> workers) {

  /** One worker's part. */
  @Schema(
      name = "WorkerPlan",
      requiredProperties = {"worker_type", "changes"})
  @JsonPropertyOrder({"worker_type", "changes", "reason"})
  record WorkerPlanJson(
      @JsonProperty("worker_type") @Schema(example = "k8s") String workerType,
      @Schema(
              description =
                  "in order; empty with a null reason: the backend agrees with what is enrolled")
          List<ChangeJson> changes,
      @Schema(
              types = {"string", "null"},
              description =
                  "why it cannot be said what would be written, or what the worker waits for before it"
                      + " writes; null where the changes are the answer",
              example = "no connection to kubernetes: connect timed out")
          @Nullable String reason) {}

  /** One write to a backend. */
  @Schema(
      name = "Change",
      requiredProperties = {"action", "object"})
  @JsonPropertyOrder({"action", "object", "from", "to"})
  record ChangeJson(
      @Schema(allowableValues = {"CREATE", "UPDATE", "DELETE"}) String action,
      @Schema(description = "in the backend's words", example = "label smarter-device-manager")
          String object,
      @Schema(
              types = {"string", "null"},
              description = "null where there is none, or where it is secret",
              example = "disabled")
          @Nullable String from,
      @Schema(
              types = {"string", "null"},
              description = "null where there is none, or where it is secret",
              example = "enabled")
          @Nullable String to) {}

  static PlanJson of(DevicePlan plan) {
    return new PlanJson(
        plan.hardware().value(), plan.workers().stream().map(PlanJson::of).toList());
  }

  private static WorkerPlanJson of(WorkerPlan plan) {
    return new WorkerPlanJson(
        plan.workerType(), plan.changes().stream().map(PlanJson::of).toList(), plan.reason());
  }

  private static ChangeJson of(Change change) {
    return new ChangeJson(change.action().name(), change.object(), change.from(), change.to());
  }
}
