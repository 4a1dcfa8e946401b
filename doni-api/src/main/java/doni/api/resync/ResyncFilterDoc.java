package doni.api.resync;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Describes the filter that selects the tasks of a resync run; an omitted member matches all. */
@Schema(
    name = "SyncFilter",
    additionalProperties = Schema.AdditionalPropertiesValue.FALSE,
    example = "{\"worker_type\": \"k8s\", \"state\": \"ERROR\"}")
record ResyncFilterDoc(
    @JsonProperty("worker_type") @Schema(description = "only tasks of this worker", example = "k8s")
        @Nullable String workerType,
    @JsonProperty("hardware_type")
        @Schema(description = "only tasks of devices of this type", example = "device.balena")
        @Nullable String hardwareType,
    @JsonProperty("project_id")
        @Schema(
            description = "only tasks of devices of this project",
            example = "9f8e7d6c5b4a43218f0e1d2c3b4a5968")
        @Nullable String projectId,
    @Schema(
            description = "only tasks in this state",
            allowableValues = {"PENDING", "IN_PROGRESS", "STEADY", "ERROR"})
        @Nullable String state,
    @Schema(
            description = "only tasks of the devices with these names, at most 1000",
            example = "[\"edge-01\", \"edge-02\"]")
        @Nullable List<String> names,
    @Schema(
            description =
                "only tasks of devices whose labels match, with the syntax of Kubernetes, as in the list of devices",
            maxLength = 2000,
            example = "site/rack in (r11,r12)")
        @Nullable String selector) {}
