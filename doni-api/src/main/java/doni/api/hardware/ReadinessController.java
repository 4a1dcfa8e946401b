package doni.api.hardware;

import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.policy.Caller;
import doni.readiness.ReadinessService;
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
final class ReadinessController {

  private final ReadinessService service;

  ReadinessController(ReadinessService service) {
    this.service = service;
  }

  @Operation(
      operationId = "getReadiness",
      summary = "Show how far a device is on its way to Ready",
      description =
          "Requires hardware:get. Lists the steps of the device's hardware type in order: which ones the device has"
              + " taken, at which one it stands, since when, and what its owner or the site's operator does next."
              + " Every step that is reached or lost is an event of the device.")
  @HardwareReferenceParameter
  @ApiResponse(responseCode = "200", description = "the steps")
  @ErrorStatuses({"403", "404"})
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/readiness",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public ReadinessJson readiness(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return ReadinessJson.of(service.of(caller, HardwareReference.checked(ref)));
  }
}
