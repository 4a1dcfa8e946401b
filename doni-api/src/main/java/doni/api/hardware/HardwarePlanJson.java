package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
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
@JsonPropertyOrder({"hardware_uuid", "deleted_at", "workers"})
record HardwarePlanJson(
    @JsonProperty("hardware_uuid") UUID hardware,
    @JsonProperty("deleted_at")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
            types = {"string", "null"},
            description = "Only of a deleted device that is still being cleaned up.",
            example = "2031-03-05T12:00:00+00:00")
        @Nullable String deletedAt,
    List<WorkerPlanJson> workers) {

  /** The plan of one worker. */
  @Schema(
      name = "WorkerPlan",
      requiredProperties = {"worker_type", "changes"})
  @JsonPropertyOrder({"worker_type", "drift_mode", "changes", "reason", "blocked_by"})
  record WorkerPlanJson(
      @JsonProperty("worker_type") @Schema(example = "k8s") String workerType,
      @JsonProperty("drift_mode")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              allowableValues = "shadow",
              description = "Only of a lane in shadow: it reports the changes, and writes none.")
          @Nullable String driftMode,
      @Schema(description = "in order; empty with a null reason if there is no drift")
          List<ChangeJson> changes,
      @Schema(
              types = {"string", "null"},
              description =
                  "why the worker cannot plan, or what it waits for before it writes; null if the list of"
                      + " changes is complete",
              example = "no connection to kubernetes: connect timed out")
          @Nullable String reason,
      @JsonProperty("blocked_by")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Schema(
              types = {"string", "null"},
              description =
                  "Only of a deleted device: why the worker has not finished its cleanup, as after its last"
                      + " attempt.",
              example = "kubernetes answered 403: nodes is forbidden")
          @Nullable String blockedBy) {}

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
        plan.hardware().value(), WireTime.orNull(plan.deletedAt()), workers(plan));
  }

  static List<WorkerPlanJson> workers(DevicePlan plan) {
    return plan.workers().stream()
        .map(worker -> of(worker, plan.blockers().get(worker.workerType())))
        .toList();
  }

  static @Nullable String driftMode(boolean shadow) {
    return shadow ? "shadow" : null;
  }

  private static WorkerPlanJson of(WorkerPlan plan, @Nullable String blocker) {
    return new WorkerPlanJson(
        plan.workerType(),
        driftMode(plan.shadow()),
        plan.changes().stream().map(HardwarePlanJson::of).toList(),
        plan.reason(),
        blocker);
  }

  private static ChangeJson of(Change change) {
    return new ChangeJson(change.action().name(), change.object(), change.from(), change.to());
  }
}
