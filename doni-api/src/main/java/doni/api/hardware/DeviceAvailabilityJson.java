package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.availability.AvailabilityHistory;
import doni.availability.AvailabilityHistory.AvailabilityInterval;
import doni.availability.DeviceAvailability;
import doni.hardware.HardwareAvailabilityService.ReportedAvailability;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a device responds. */
@Schema(
    name = "DeviceAvailability",
    description =
        "Whether the device responds, which is not the state of its workers. Not in the answer to a PATCH and not of a"
            + " deleted device.",
    requiredProperties = {"status", "since", "last_seen", "reason", "observed"})
@JsonPropertyOrder({"status", "since", "last_seen", "reason", "observed"})
record DeviceAvailabilityJson(
    @Schema(
            description = "degraded if it responds to some backends only or cannot be used",
            allowableValues = {"online", "degraded", "offline", "never_seen"})
        String status,
    @Schema(description = "since when it has this status", example = "2031-03-04T12:00:00+00:00")
        String since,
    @JsonProperty("last_seen")
        @Schema(
            types = {"string", "null"},
            description = "when it last responded to any backend; null before the first time",
            example = "2031-03-04T11:59:30+00:00")
        @Nullable String lastSeen,
    @Schema(
            description = "what the backends say",
            example = "its kubelet no longer reports to the cluster (NodeStatusUnknown)")
        String reason,
    @Schema(
            description =
                "false while no backend that could see the device can be read; the status is the last one known")
        boolean observed) {

  static DeviceAvailabilityJson of(DeviceAvailability availability) {
    return new DeviceAvailabilityJson(
        availability.status().wireName(),
        WireTime.of(availability.since()),
        WireTime.orNull(availability.lastSeen()),
        availability.reason(),
        availability.observed());
  }

  /** How available a device was. */
  @Schema(
      name = "DeviceAvailabilityHistory",
      requiredProperties = {
        "uuid",
        "device_availability",
        "period_start",
        "period_end",
        "online_share",
        "intervals"
      })
  @JsonPropertyOrder({
    "uuid",
    "device_availability",
    "period_start",
    "period_end",
    "online_share",
    "intervals"
  })
  record HistoryJson(
      @Schema(format = "uuid", example = "0fbc9f0c-7f0b-4f0e-9f0c-1a2b3c4d5e6f") String uuid,
      @JsonProperty("device_availability") DeviceAvailabilityJson now,
      @JsonProperty("period_start")
          @Schema(
              description = "30 days ago, or when the device was first seen if that is later",
              example = "2031-02-02T12:00:00+00:00")
          String periodStart,
      @JsonProperty("period_end") @Schema(example = "2031-03-04T12:00:00+00:00") String periodEnd,
      @JsonProperty("online_share")
          @Schema(
              types = {"number", "null"},
              description =
                  "share of the period in which the device was online, from 0 to 1; null if it was"
                      + " never seen",
              example = "0.9931")
          @Nullable Double onlineShare,
      @Schema(description = "the newest 1,000 times without a change, newest first")
          List<IntervalJson> intervals) {

    static HistoryJson of(ReportedAvailability reported) {
      AvailabilityHistory history = reported.history();
      return new HistoryJson(
          reported.hardware().toString(),
          DeviceAvailabilityJson.of(reported.now()),
          WireTime.of(history.from()),
          WireTime.of(history.until()),
          history.onlineShare() == null ? null : Math.round(history.onlineShare() * 1e4) / 1e4,
          history.intervals().stream().map(IntervalJson::of).toList());
    }
  }

  /** A time without a change. */
  @Schema(
      name = "DeviceAvailabilityInterval",
      description = "A time without a change.",
      requiredProperties = {"status", "start", "end"})
  @JsonPropertyOrder({"status", "start", "end"})
  record IntervalJson(
      @Schema(allowableValues = {"online", "degraded", "offline", "never_seen"}) String status,
      @Schema(example = "2031-03-03T08:00:00+00:00") String start,
      @Schema(
              types = {"string", "null"},
              description = "null while it lasts",
              example = "2031-03-03T08:25:10+00:00")
          @Nullable String end) {

    private static IntervalJson of(AvailabilityInterval interval) {
      return new IntervalJson(
          interval.status().wireName(),
          WireTime.of(interval.begin()),
          WireTime.orNull(interval.end()));
    }
  }
}
