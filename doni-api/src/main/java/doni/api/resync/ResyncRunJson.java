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

/** The progress of a resync run. */
@Schema(
    name = "SyncRun",
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
      "failures",
      "waiting"
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
  "waiting",
  "rate_per_second",
  "estimated_end"
})
record ResyncRunJson(
    UUID uuid,
    @Schema(
            description =
                "PAUSED: remaining tasks wait for their next scheduled attempt; DONE: every task was attempted",
            allowableValues = {"RUNNING", "PAUSED", "CANCELLED", "DONE"})
        String state,
    @Schema(
            description = "the requested filter, names in lower case",
            example = "{\"worker_type\": \"k8s\"}")
        Map<String, Object> filter,
    @JsonProperty("requested_by")
        @Schema(description = "ID of the user", example = "c3b1f0e2d4a54f0a8a3c5d8c9f6b7e10")
        String requestedBy,
    @JsonProperty("created_at") @Schema(example = "2031-03-03T12:00:00+00:00") String createdAt,
    @JsonProperty("ended_at")
        @Schema(
            types = {"string", "null"},
            description = "accurate to some seconds; null while the run is not finished",
            example = "2031-03-03T12:04:10+00:00")
        @Nullable String endedAt,
    @Schema(description = "number of tasks, one for each device and worker", example = "4000")
        long total,
    @Schema(
            description =
                "tasks attempted since the start, with any outcome, or removed with their device",
            example = "1600")
        long done,
    @Schema(description = "completed tasks whose last attempt failed", example = "12") long failed,
    @Schema(description = "completed tasks that were deferred", example = "3") long deferred,
    @Schema(description = "the ten most frequent reasons of failures, by worker")
        List<ReasonJson> failures,
    @Schema(
            description =
                "the ten most frequent reasons for which tasks wait, by worker: their last attempt was deferred, or they"
                    + " were not attempted because their lane is paused; while at most 100 tasks are left, each of them")
        List<ReasonJson> waiting,
    @JsonProperty("rate_per_second")
        @Schema(
            types = {"number", "null"},
            description =
                "attempts per second within the last minute; null unless the run is running",
            example = "812.5")
        @Nullable Double ratePerSecond,
    @JsonProperty("estimated_end")
        @Schema(
            types = {"string", "null"},
            description = "estimate at that rate; null unless the run is running",
            example = "2031-03-03T12:04:12+00:00")
        @Nullable String estimatedEnd) {

  /** How many tasks of one lane failed or wait for one reason. */
  @Schema(
      name = "SyncReason",
      requiredProperties = {"reason", "count", "worker_type", "devices"})
  record ReasonJson(
      @Schema(example = "kubernetes answered 500: etcd is down") String reason,
      @Schema(example = "12") long count,
      @JsonProperty("worker_type") @Schema(example = "k8s") String workerType,
      @Schema(
              description = "names of the first three devices, in alphabetical order",
              example = "[\"edge-01\", \"edge-02\", \"edge-03\"]")
          List<String> devices) {

    private static List<ReasonJson> of(List<ResyncRun.ReasonCount> reasons) {
      return reasons.stream()
          .map(it -> new ReasonJson(it.reason(), it.count(), it.workerType(), it.names()))
          .toList();
    }
  }

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
        ReasonJson.of(run.progress().failures()),
        ReasonJson.of(run.progress().waiting()),
        run.progress().ratePerSecond(),
        WireTime.orNull(run.progress().estimatedEnd()));
  }
}
