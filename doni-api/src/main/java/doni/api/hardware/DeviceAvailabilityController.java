package doni.api.hardware;

import doni.api.hardware.DeviceAvailabilityJson.HistoryJson;
import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.hardware.HardwareAvailabilityService;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
@Tag(name = "hardware")
final class DeviceAvailabilityController {

  private final HardwareAvailabilityService service;

  DeviceAvailabilityController(HardwareAvailabilityService service) {
    this.service = service;
  }

  @Operation(
      operationId = "showDeviceAvailability",
      summary = "Show whether a device responds, and how available it was in the last 30 days",
      description =
          "Requires hardware:get. Not to be confused with its reservation windows, which v1 calls"
              + " availability.")
  @HardwareReferenceParameter
  @ApiResponse(responseCode = "200", description = "its availability now and before")
  @ErrorStatuses({"403", "404"})
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/device-availability",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public HistoryJson show(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return HistoryJson.of(service.history(caller, HardwareReference.checked(ref)));
  }
}
