package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.hardware.HardwareView;
import doni.hardware.HardwareView.Quarantine;
import doni.task.TaskState;
import doni.task.WorkerReport;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The owner's view of a device. */
@Schema(
    name = "Hardware",
    description = "An enrolled device.",
    requiredProperties = {
      "uuid",
      "name",
      "project_id",
      "hardware_type",
      "properties",
      "created_at",
      "updated_at",
      "workers",
      "labels"
    })
@JsonPropertyOrder({
  "uuid",
  "name",
  "project_id",
  "hardware_type",
  "properties",
  "labels",
  "created_at",
  "updated_at",
  "workers",
  "device_availability",
  "quarantine",
  "deleted_at",
  "warnings"
})
public record HardwareJson(
    @Schema(format = "uuid", example = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f") String uuid,
    @Schema(example = "edge-01") String name,
    @JsonProperty("project_id") @Schema(example = "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c")
        String projectId,
    @JsonProperty("hardware_type") @Schema(example = "device.balena") String hardwareType,
    @Schema(
            description =
                "The properties of its hardware type and workers (see /v1/hardware-types). Sensitive"
                    + " values are shown as ************.",
            example =
                """
                {"machine_name": "raspberrypi4-64", "contact_email": "owner@example.org",
                 "application_credential_id": "d0c1", "application_credential_secret": "************",
                 "k8s_bootstrap_token": "abcdef.0123456789abcdef", "blazar_device_driver": "k8s"}\
                """)
        Map<String, Object> properties,
    @Schema(
            description =
                "Labels of the owner, and of the site with keys that begin with site/. Public.",
            example = "{\"purpose\": \"air-quality\", \"site/rack\": \"r12\"}")
        Map<String, String> labels,
    @JsonProperty("created_at") @Schema(example = "2031-03-03T12:00:00+00:00") String createdAt,
    @JsonProperty("updated_at")
        @Schema(
            types = {"string", "null"},
            description = "null until the first change",
            example = "2031-03-04T12:00:00+00:00")
        @Nullable String updatedAt,
    List<WorkerJson> workers,
    @JsonProperty("device_availability") @JsonInclude(JsonInclude.Include.NON_NULL)
        @Nullable DeviceAvailabilityJson deviceAvailability,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable QuarantineJson quarantine,
    @JsonProperty("deleted_at")
        @JsonInclude(JsonInclude.Include.NON_NULL)
        @Schema(
            types = {"string", "null"},
            description =
                "Only of a deleted device that is still being cleaned up; workers then lists the workers that have"
                    + " not finished.",
            example = "2031-03-05T12:00:00+00:00")
        @Nullable String deletedAt,
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Schema(
            description =
                "Only in the answer to a change: what was accepted but will not have the expected effect, each with"
                    + " its path.",
            example =
                "[\"/availability/5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b: is in the past; it cannot be reserved\"]")
        List<String> warnings) {

  /** The quarantine of a device. */
  @Schema(
      name = "Quarantine",
      description =
          "Present while no worker writes to a backend for the device. Changes made meanwhile are"
              + " applied when the device is released.",
      requiredProperties = {"since", "user_id", "reason"})
  record QuarantineJson(
      @Schema(example = "2031-03-04T12:00:00+00:00") String since,
      @JsonProperty("user_id")
          @Schema(
              types = {"string", "null"},
              example = "9a1d2c3b4e5f60718293a4b5c6d7e8f9")
          @Nullable String userId,
      @Schema(
              types = {"string", "null"},
              example = "its relay board is being replaced")
          @Nullable String reason) {}

  /** What a worker reports for the device. */
  @Schema(
      name = "Worker",
      description = "The state of one worker's task for a device.",
      requiredProperties = {"worker_type", "state", "state_details"})
  record WorkerJson(
      @JsonProperty("worker_type") @Schema(example = "balena") String workerType,
      @Schema(
              description =
                  "PENDING: queued or deferred. ERROR: the last attempt failed; it is retried if that can"
                      + " help.",
              example = "STEADY")
          TaskState state,
      @JsonProperty("state_details")
          @Schema(
              description =
                  "The worker's report, with defer_reason, defer_count, last_error, attempts and"
                      + " next_attempt_at if they apply.",
              example = "{\"fleet_id\": 7, \"last_seen\": \"2031-03-04T11:59:30.000Z\"}")
          Map<String, Object> stateDetails) {}

  public static HardwareJson of(HardwareView hardware) {
    List<WorkerJson> workers = new ArrayList<>(hardware.workers().size());
    for (WorkerReport report : hardware.workers()) {
      workers.add(new WorkerJson(report.workerType(), report.state(), report.stateDetails()));
    }
    return new HardwareJson(
        hardware.id().toString(),
        hardware.name(),
        hardware.projectId(),
        hardware.hardwareType(),
        hardware.properties(),
        hardware.labels(),
        WireTime.of(hardware.createdAt()),
        WireTime.orNull(hardware.updatedAt()),
        workers,
        hardware.availability() == null ? null : DeviceAvailabilityJson.of(hardware.availability()),
        quarantine(hardware.quarantine()),
        WireTime.orNull(hardware.deletedAt()),
        hardware.warnings());
  }

  private static @Nullable QuarantineJson quarantine(@Nullable Quarantine quarantine) {
    return quarantine == null
        ? null
        : new QuarantineJson(WireTime.of(quarantine.since()), quarantine.by(), quarantine.reason());
  }
}
