package doni.api.resync;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Describes which tasks are looked at again; what is left out narrows nothing. */
@Schema(
    name = "SyncFilter",
    additionalProperties = Schema.AdditionalPropertiesValue.FALSE,
    example = "{\"worker_type\": \"k8s\", \"state\": \"ERROR\"}")
record ResyncFilterDoc(
    @JsonProperty("worker_type") @Schema(description = "only this worker's", example = "k8s")
        @Nullable String workerType,
    @JsonProperty("hardware_type")
        @Schema(description = "only of devices of this type", example = "device.balena")
        @Nullable String hardwareType,
    @JsonProperty("project_id")
        @Schema(
            description = "only of this project's devices",
            example = "9f8e7d6c5b4a43218f0e1d2c3b4a5968")
        @Nullable String projectId,
    @Schema(
            description = "only those in this state now",
            allowableValues = {"PENDING", "IN_PROGRESS", "STEADY", "ERROR"})
        @Nullable String state,
    @Schema(
            description = "only of the devices of these names, at most 1000",
            example = "[\"edge-01\", \"edge-02\"]")
        @Nullable List<String> names) {}
