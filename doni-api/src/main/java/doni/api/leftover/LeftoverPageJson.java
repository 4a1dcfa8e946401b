package doni.api.leftover;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.WireTime;
import doni.leftover.Leftover;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A page of leftovers, oldest first. */
@Schema(
    name = "Leftovers",
    requiredProperties = {"leftovers", "links"})
record LeftoverPageJson(List<LeftoverJson> leftovers, List<PageLinkJson> links) {

  /** The leftover of a force-deleted device in one backend. */
  @Schema(
      name = "Leftover",
      description = "Removed when the worker observes that nothing of the device remains.",
      requiredProperties = {
        "id",
        "hardware_uuid",
        "name",
        "project_id",
        "hardware_type",
        "worker_type",
        "deleted_at",
        "deleted_by",
        "attempts",
        "reason",
        "last_attempt_at",
        "next_attempt_at"
      })
  @JsonPropertyOrder({
    "id",
    "hardware_uuid",
    "name",
    "project_id",
    "hardware_type",
    "worker_type",
    "deleted_at",
    "deleted_by",
    "attempts",
    "reason",
    "last_attempt_at",
    "next_attempt_at"
  })
  record LeftoverJson(
      @Schema(example = "17") long id,
      @JsonProperty("hardware_uuid") UUID hardware,
      @Schema(
              description = "name of the deleted device; another device may use it now",
              example = "edge-01")
          String name,
      @JsonProperty("project_id") @Schema(example = "3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c")
          String projectId,
      @JsonProperty("hardware_type") @Schema(example = "device.balena") String hardwareType,
      @JsonProperty("worker_type") @Schema(example = "balena") String workerType,
      @JsonProperty("deleted_at") @Schema(example = "2031-03-04T12:00:00+00:00") String deletedAt,
      @JsonProperty("deleted_by") @Schema(example = "9a1d2c3b4e5f60718293a4b5c6d7e8f9")
          String deletedBy,
      @Schema(description = "number of cleanup attempts", example = "3") int attempts,
      @Schema(
              types = {"string", "null"},
              description = "why the last attempt did not remove it; null before the first attempt",
              example = "balena did not answer in time")
          @Nullable String reason,
      @JsonProperty("last_attempt_at")
          @Schema(
              types = {"string", "null"},
              example = "2031-03-04T12:05:00+00:00")
          @Nullable String lastAttemptAt,
      @JsonProperty("next_attempt_at") @Schema(example = "2031-03-04T12:09:00+00:00")
          String nextAttemptAt) {}

  static LeftoverPageJson of(List<Leftover> leftovers, List<PageLinkJson> links) {
    return new LeftoverPageJson(leftovers.stream().map(LeftoverPageJson::of).toList(), links);
  }

  private static LeftoverJson of(Leftover leftover) {
    return new LeftoverJson(
        leftover.id(),
        leftover.hardware().id().value(),
        leftover.hardware().name(),
        leftover.hardware().projectId(),
        leftover.hardware().hardwareType(),
        leftover.workerType(),
        WireTime.of(leftover.hardware().deletedAt()),
        leftover.hardware().deletedBy(),
        leftover.progress().attempts(),
        leftover.progress().reason(),
        WireTime.orNull(leftover.progress().lastAttemptAt()),
        WireTime.of(leftover.progress().nextAttemptAt()));
  }
}
