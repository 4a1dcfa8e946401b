package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.web.ErrorStatuses;
import doni.api.web.PageLinks;
import doni.hardware.HardwareSummary;
import doni.hardware.HardwareSummaryService;
import doni.policy.Caller;
import doni.task.TaskState;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(path = PageLinks.SUMMARY, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class HardwareSummaryController {

  /** Numbers of devices. */
  @Schema(
      name = "Summary",
      description = "Numbers of devices, all of the same moment.",
      requiredProperties = {
        "total",
        "quarantined",
        "device_availability",
        "states",
        "workers",
        "hardware_types",
        "machine_types",
        "projects",
        "labels"
      })
  @JsonPropertyOrder({
    "total",
    "quarantined",
    "device_availability",
    "states",
    "workers",
    "hardware_types",
    "machine_types",
    "projects",
    "labels"
  })
  record SummaryJson(
      @Schema(example = "40") long total,
      @Schema(example = "1") long quarantined,
      @JsonProperty("device_availability")
          @Schema(
              description = "by whether they respond",
              example = "{\"online\": 36, \"degraded\": 1, \"offline\": 2, \"never_seen\": 1}")
          Map<String, Long> availability,
      @Schema(
              description =
                  "devices with a task in this state; a device with tasks in two states counts in both",
              example = "{\"PENDING\": 2, \"IN_PROGRESS\": 0, \"STEADY\": 39, \"ERROR\": 1}")
          Map<TaskState, Long> states,
      @Schema(
              description = "by worker and by the state of its task",
              example =
                  "{\"k8s\": {\"PENDING\": 2, \"IN_PROGRESS\": 0, \"STEADY\": 37, \"ERROR\": 1}}")
          Map<String, Map<TaskState, Long>> workers,
      @JsonProperty("hardware_types") @Schema(example = "{\"device.balena\": 40}")
          Map<String, Long> hardwareTypes,
      @JsonProperty("machine_types")
          @Schema(
              description = "by the property machine_name, without devices that have none",
              example = "{\"raspberrypi4-64\": 25, \"jetson-nano\": 15}")
          Map<String, Long> machineTypes,
      @Schema(description = "by project ID", example = "{\"3f1c7b1e0d4a4a5f8e2b6c9d7a1f0e5c\": 40}")
          Map<String, Long> projects,
      @Schema(
              description = "by the key of a label, the 100 most frequent keys",
              example = "{\"purpose\": 12, \"site/rack\": 40}")
          Map<String, Long> labels) {

    static SummaryJson of(HardwareSummary summary) {
      return new SummaryJson(
          summary.total(),
          summary.quarantined(),
          availability(summary),
          summary.states(),
          summary.workers(),
          summary.hardwareTypes(),
          summary.machineTypes(),
          summary.projects(),
          summary.labels());
    }

    private static Map<String, Long> availability(HardwareSummary summary) {
      Map<String, Long> counts = new LinkedHashMap<>();
      summary.availability().forEach((status, count) -> counts.put(status.wireName(), count));
      return counts;
    }
  }

  private final HardwareSummaryService service;

  HardwareSummaryController(HardwareSummaryService service) {
    this.service = service;
  }

  @Operation(
      operationId = "summarizeHardware",
      summary = "Count the devices of the caller's project",
      description =
          "Requires hardware:get; all_projects requires it for every project. The filters are those of the list"
              + " of devices, and every number counts devices of that list. Numbers of"
              + " 10,000 devices or more are counted again only after ten times as long as counting took, at most"
              + " 30 s.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: counts the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @HardwareFilterParametersDoc
  @ApiResponse(responseCode = "200", description = "the numbers")
  @ErrorStatuses("403")
  @GetMapping
  public SummaryJson summarize(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    return SummaryJson.of(
        service.recent(caller, HardwareListParameters.read(request.getParameterMap())));
  }
}
