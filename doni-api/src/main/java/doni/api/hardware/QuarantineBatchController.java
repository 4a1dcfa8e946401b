package doni.api.hardware;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import doni.api.hardware.QuarantineController.QuarantineDoc;
import doni.api.web.ErrorStatuses;
import doni.api.web.JsonBody;
import doni.api.web.PageLinks;
import doni.hardware.HardwareBatchService;
import doni.hardware.HardwareBatchService.BatchResult;
import doni.hardware.HardwareListQuery;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Quarantines and releases the devices of a list, with the filters of that list. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class QuarantineBatchController {

  /** What became of the devices. */
  @Schema(
      name = "QuarantineBatch",
      description = "What became of the devices that match a filter.",
      requiredProperties = {"matched", "done", "refused"})
  @JsonPropertyOrder({"matched", "done", "refused"})
  record BatchJson(
      @Schema(description = "number of devices that match", example = "40") int matched,
      @Schema(
              description =
                  "number of devices that are now as requested, with those that were so before",
              example = "39")
          long done,
      @Schema(description = "devices that were refused, with the reason")
          List<RefusedDeviceJson> refused) {

    static BatchJson of(List<BatchResult> results) {
      List<RefusedDeviceJson> refused =
          results.stream()
              .filter(result -> result.refusal() != null)
              .map(result ->
                  new RefusedDeviceJson(
                      result.device().id().value(),
                      result.device().name(),
                      String.valueOf(result.refusal())))
              .toList();
      return new BatchJson(results.size(), results.size() - refused.size(), refused);
    }
  }

  /** A device that was refused. */
  @Schema(
      name = "RefusedDevice",
      requiredProperties = {"hardware_uuid", "name", "error"})
  @JsonPropertyOrder({"hardware_uuid", "name", "error"})
  record RefusedDeviceJson(
      @JsonProperty("hardware_uuid") UUID hardware,
      @Schema(example = "edge-01") String name,
      @Schema(example = "Policy does not allow hardware:quarantine.") String error) {}

  private static final String QUARANTINE = PageLinks.HARDWARE + ":quarantine";
  private static final String RELEASE = PageLinks.HARDWARE + ":release";

  private final HardwareBatchService service;

  QuarantineBatchController(HardwareBatchService service) {
    this.service = service;
  }

  @Operation(
      operationId = "quarantineAllHardware",
      summary = "Put all devices that match a filter in quarantine",
      description =
          "Requires hardware:get, and hardware:quarantine for each device. The filters are those of the list of"
              + " devices; at least one must be given, and at most 500 devices may match. A device that is"
              + " refused does not stop the others. Repeating the request replaces the reason.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "device_availability",
      description = "only devices with this availability",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"online", "degraded", "offline", "never_seen"}))
  @HardwareFilterParametersDoc
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = QuarantineDoc.class)))
  @ApiResponse(responseCode = "200", description = "what became of the devices")
  @ErrorStatuses({"403", "413", "415"})
  @PostMapping(QUARANTINE)
  public BatchJson begin(
      @AuthenticationPrincipal Caller caller,
      @RequestBody(required = false) @Nullable JsonBody body,
      HttpServletRequest request) {
    String reason = body == null ? null : QuarantineController.reason(body.object());
    return BatchJson.of(service.quarantineAll(caller, filter(request), reason));
  }

  @Operation(
      operationId = "releaseAllHardware",
      summary = "Release all devices that match a filter from quarantine",
      description =
          "Requires hardware:get, and hardware:quarantine for each device. The filters are those of the list of"
              + " devices; at least one must be given, and at most 500 devices may match. A device that is"
              + " refused does not stop the others. Nothing changes for devices that are not in quarantine.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "device_availability",
      description = "only devices with this availability",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"online", "degraded", "offline", "never_seen"}))
  @HardwareFilterParametersDoc
  @ApiResponse(responseCode = "200", description = "what became of the devices")
  @ErrorStatuses("403")
  @PostMapping(RELEASE)
  public BatchJson end(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    return BatchJson.of(service.releaseAll(caller, filter(request)));
  }

  private static HardwareListQuery filter(HttpServletRequest request) {
    HardwareListQuery query = HardwareListParameters.read(request.getParameterMap());
    if (query.limit() > 0 || query.marker() != null) {
      throw new RequestRefusedException.Invalid(
          "limit and marker: must not be set; all devices that match are meant");
    }
    return query;
  }
}
