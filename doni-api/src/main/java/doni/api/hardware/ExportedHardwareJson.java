package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.hardware.HardwareView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The public view of a device. */
@Schema(
    name = "ExportedHardware",
    description = "An enrolled device, with its public properties only.",
    requiredProperties = {
      "uuid",
      "name",
      "project_id",
      "hardware_type",
      "properties",
      "labels",
      "created_at",
      "updated_at"
    })
@JsonPropertyOrder({
  "uuid",
  "name",
  "project_id",
  "hardware_type",
  "properties",
  "labels",
  "created_at",
  "updated_at"
})
record ExportedHardwareJson(
    @Schema(format = "uuid", example = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f") String uuid,
    @Schema(example = "edge-01") String name,
    @JsonProperty("project_id") @Schema(example = "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c")
        String projectId,
    @JsonProperty("hardware_type") @Schema(example = "device.balena") String hardwareType,
    @Schema(example = "{\"machine_name\": \"raspberrypi4-64\", \"local_egress\": \"deny\"}")
        Map<String, Object> properties,
    @Schema(example = "{\"purpose\": \"air-quality\", \"site/rack\": \"r12\"}")
        Map<String, String> labels,
    @JsonProperty("created_at") @Schema(example = "2031-03-03T12:00:00+00:00") String createdAt,
    @JsonProperty("updated_at")
        @Schema(
            types = {"string", "null"},
            description = "null until the first change",
            example = "2031-03-04T12:00:00+00:00")
        @Nullable String updatedAt) {

  static ExportedHardwareJson of(HardwareView hardware) {
    return new ExportedHardwareJson(
        hardware.id().toString(),
        hardware.name(),
        hardware.projectId(),
        hardware.hardwareType(),
        hardware.properties(),
        hardware.labels(),
        WireTime.of(hardware.createdAt()),
        WireTime.orNull(hardware.updatedAt()));
  }
}
