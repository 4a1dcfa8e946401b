package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.WireTime;
import doni.hardware.ReservationWindowRecord;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The reservation windows of a device. */
@Schema(name = "Availability", requiredProperties = "availability")
record ReservationWindowsJson(List<WindowJson> availability) {

  /** One window. */
  @Schema(
      name = "Window",
      description =
          "A time in which the device may be reserved, from start (inclusive) to end (exclusive).",
      requiredProperties = {"uuid", "start", "end", "created_at", "updated_at"})
  @JsonPropertyOrder({"uuid", "start", "end", "created_at", "updated_at"})
  record WindowJson(
      @Schema(format = "uuid", example = "5b1e6f0a-2c3d-4e5f-8a9b-0c1d2e3f4a5b") String uuid,
      @Schema(example = "2031-03-03T00:00:00+00:00") String start,
      @Schema(example = "2031-04-01T00:00:00+00:00") String end,
      @JsonProperty("created_at") @Schema(example = "2031-03-01T12:00:00+00:00") String createdAt,
      @JsonProperty("updated_at")
          @Schema(
              types = {"string", "null"},
              example = "2031-03-02T12:00:00+00:00")
          @Nullable String updatedAt) {}

  public static ReservationWindowsJson of(List<ReservationWindowRecord> windows) {
    return new ReservationWindowsJson(
        windows.stream()
            .map(stored ->
                new WindowJson(
                    stored.window().uuid().toString(),
                    WireTime.of(stored.window().start()),
                    WireTime.of(stored.window().end()),
                    WireTime.of(stored.createdAt()),
                    WireTime.orNull(stored.updatedAt())))
            .toList());
  }
}
