package doni.api.resync;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.resync.ResyncRun;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A resync of many devices, as it stands. */
@Schema(
    name = "ResyncRun",
    requiredProperties = {
      "uuid",
      "state",
      "filter",
      "requested_by",
      "created_at",
      "total",
      "done",
      "failed",
      "deferred",
      "failures"
    })
@JsonPropertyOrder({
  "uuid",
  "state",
  "filter",
  "requested_by",
  "created_at",
  "ended_at",
  "total",
  "done",
  "failed",
  "deferred",
  "failures",
  "rate_per_second",
  "estimated_end"
})
record ResyncRunJson(
    UUID uuid,
    @Schema(
            description =
                "PAUSED: what is not done waits for its own next look; DONE: every task was"
                    + " attempted",
            allowableValues = {"RUNNING", "PAUSED", "CANCELLED", "DONE"})
        String state,
    @Schema(
            description = "as asked for, names in lower case",
            example = "{\"worker_type\": \"k8s\"}")
        Map<String, Object> filter,
    @JsonProperty("requested_by")
        @Schema(description = "id of the user", example = "c3b1f0e2d4a54f0a8a3c5d8c9f6b7e10")
        String requestedBy,
    @JsonProperty("created_at") @Schema(example = "2031-03-03T12:00:00+00:00") String createdAt,
    @JsonProperty("ended_at")
        @Schema(
            types = {"string", "null"},
            description = "within some seconds; null before",
            example = "2031-03-03T12:04:10+00:00")
        @Nullable String endedAt,
    @Schema(description = "tasks, one for each device and worker", example = "4000") long total,
    @Schema(
            description = "of these, attempted since, however that went, or gone with their device",
            example = "1600")
        long done,
    @Schema(description = "of those done, whose latest attempt failed", example = "12") long failed,
    @Schema(description = "of those done, which wait for something outside", example = "3")
        long deferred,
    @Schema(description = "the most frequent reasons of those that failed, at most ten")
        List<FailureJson> failures,
    @JsonProperty("rate_per_second")
        @Schema(
            types = {"number", "null"},
            description = "attempts a second within the last minute; null unless it runs",
            example = "812.5")
        @Nullable Double ratePerSecond,
    @JsonProperty("estimated_end")
        @Schema(
            types = {"string", "null"},
            description = "at that rate; null unless it runs",
            example = "2031-03-03T12:04:12+00:00")
        @Nullable String estimatedEnd) {

  /** Why tasks failed. */
  @Schema(
      name = "SyncFailure",
      requiredProperties = {"reason", "count"})
  record FailureJson(
      @Schema(example = "kubernetes answered 500: etcd is down") String reason,
      @Schema(example = "12") long count) {}

  static ResyncRunJson of(ResyncRun run) {
    return new ResyncRunJson(
        run.uuid(),
        run.state().name(),
        run.filter(),
        run.requestedBy(),
        WireTime.of(run.createdAt()),
        WireTime.orNull(run.endedAt()),
        run.progress().total(),
        run.progress().done(),
        run.progress().failed(),
        run.progress().deferred(),
        run.progress().failures().stream()
            .map(failure -> new FailureJson(failure.reason(), failure.count()))
            .toList(),
        run.progress().ratePerSecond(),
        WireTime.orNull(run.progress().estimatedEnd()));
  }
}
