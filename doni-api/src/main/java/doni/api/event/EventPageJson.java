package doni.api.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.WireTime;
import doni.event.HardwareEvent;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A page of events, newest first. */
@Schema(
    name = "Events",
    requiredProperties = {"events", "links"})
record EventPageJson(List<EventJson> events, List<PageLinkJson> links) {

  /** One event. */
  @Schema(
      name = "Event",
      requiredProperties = {"id", "hardware_uuid", "at", "kind", "generation", "body"})
  @JsonPropertyOrder({
    "id",
    "hardware_uuid",
    "at",
    "kind",
    "generation",
    "worker_type",
    "user_id",
    "project_id",
    "request_id",
    "body"
  })
  record EventJson(
      @Schema(example = "4711") long id,
      @JsonProperty("hardware_uuid")
          @Schema(description = "the nil UUID in an event of the site, such as devices.lost")
          UUID hardware,
      @Schema(example = "2031-03-03T12:00:00+00:00") String at,
      @Schema(example = "hardware.created") String kind,
      @Schema(
              description = "the device's generation at that time; 0 in an event of the site",
              example = "1")
          long generation,
      @JsonProperty("worker_type")
          @Schema(
              types = {"string", "null"},
              description = "null if no worker caused the event",
              example = "k8s")
          @Nullable String workerType,
      @JsonProperty("user_id")
          @Schema(
              types = {"string", "null"},
              example = "c3b1f0e2d4a54f0a8a3c5d8c9f6b7e10")
          @Nullable String userId,
      @JsonProperty("project_id")
          @Schema(
              types = {"string", "null"},
              example = "9f8e7d6c5b4a43218f0e1d2c3b4a5968")
          @Nullable String projectId,
      @JsonProperty("request_id")
          @Schema(
              types = {"string", "null"},
              example = "req-6f1d8a52-3c0e-4b6f-9d71-2f6f3f6f0c11")
          @Nullable String requestId,
      @Schema(description = "details, without secrets", example = "{\"name\": \"edge-01\"}")
          Map<String, Object> body) {}

  static EventPageJson of(List<HardwareEvent> events, List<PageLinkJson> links) {
    return new EventPageJson(events.stream().map(EventPageJson::of).toList(), links);
  }

  static EventJson of(HardwareEvent event) {
    return new EventJson(
        event.id(),
        event.hardware().value(),
        WireTime.of(event.at()),
        event.kind(),
        event.generation(),
        event.workerType(),
        event.userId(),
        event.projectId(),
        event.requestId(),
        event.body());
  }
}
