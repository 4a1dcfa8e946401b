package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.readiness.DeviceReadiness;
import doni.readiness.DeviceReadiness.ReadyStep;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How far a device is on its way to Ready. */
@Schema(
    name = "Readiness",
    requiredProperties = {"hardware_uuid", "name", "ready", "current_step", "steps", "problems"})
@JsonPropertyOrder({"hardware_uuid", "name", "ready", "current_step", "steps", "problems"})
record ReadinessJson(
    @JsonProperty("hardware_uuid") UUID hardware,
    @Schema(example = "lab-pi") String name,
    @Schema(description = "whether the device has taken every step") boolean ready,
    @JsonProperty("current_step")
        @Schema(
            types = {"string", "null"},
            description = "the first step that is not reached; null for a device that is Ready",
            example = "booted")
        @Nullable String currentStep,
    List<ReadyStepJson> steps,
    @Schema(
            description =
                "what blocks workers that do not answer for the current step, one for each such worker")
        List<ReadyProblemJson> problems) {

  /** What blocks a worker. */
  @Schema(
      name = "ReadyProblem",
      requiredProperties = {"worker_type", "reason", "advice"})
  @JsonPropertyOrder({"worker_type", "reason", "advice"})
  record ReadyProblemJson(
      @JsonProperty("worker_type")
          @Schema(description = "the worker that is blocked", example = "tunelo")
          String workerType,
      @Schema(description = "the cause", example = "circuit open: tunelo") String reason,
      @Schema(
              description = "what to do next, and who does it",
              example = "the owner corrects the property that the reason names")
          String advice) {}

  /** One step. */
  @Schema(
      name = "ReadyStep",
      requiredProperties = {"step", "status", "since", "worker_type", "reason", "advice"})
  @JsonPropertyOrder({"step", "status", "since", "worker_type", "reason", "advice"})
  record ReadyStepJson(
      @Schema(
              allowableValues = {
                "enrolled",
                "registered",
                "booted",
                "tunnel_up",
                "node_joined",
                "verified",
                "available",
                "reservable"
              })
          String step,
      @Schema(allowableValues = {"reached", "current", "ahead"}) String status,
      @Schema(
              types = {"string", "null"},
              description =
                  "when the device reached the step, or since when it has stood at it; null where that is not"
                      + " recorded",
              example = "2031-03-05T12:00:00+00:00")
          @Nullable String since,
      @JsonProperty("worker_type")
          @Schema(
              types = {"string", "null"},
              description = "the worker that answers for the step; null for the enrollment",
              example = "balena")
          @Nullable String workerType,
      @Schema(
              types = {"string", "null"},
              description = "what is missing; null for a step that is reached",
              example = "the machine has never contacted Balena")
          @Nullable String reason,
      @Schema(
              types = {"string", "null"},
              description = "what to do next; only of the current step",
              example = "connect power and network")
          @Nullable String advice) {

    private static ReadyStepJson of(ReadyStep step) {
      return new ReadyStepJson(
          step.step().wireName(),
          step.status().wireName(),
          WireTime.orNull(step.since()),
          step.workerType(),
          step.reason(),
          step.advice());
    }
  }

  static ReadinessJson of(DeviceReadiness readiness) {
    return new ReadinessJson(
        readiness.id().value(),
        readiness.name(),
        readiness.isReady(),
        readiness.current().map(step -> step.step().wireName()).orElse(null),
        readiness.steps().stream().map(ReadyStepJson::of).toList(),
        readiness.problems().stream()
            .map(it -> new ReadyProblemJson(it.workerType(), it.reason(), it.advice()))
            .toList());
  }
}
