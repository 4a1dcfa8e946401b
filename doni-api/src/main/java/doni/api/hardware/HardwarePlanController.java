package doni.api.hardware;

import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.PageLinks;
import doni.hardware.HardwarePlanService;
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
final class HardwarePlanController {

  private final HardwarePlanService service;

  HardwarePlanController(HardwarePlanService service) {
    this.service = service;
  }

  @Operation(
      operationId = "planHardware",
      summary = "Plan what each worker would write for a device now",
      description =
          "Requires hardware:get. Doni reads backends for at most 20 s, writes nothing and counts no attempt. A"
              + " worker may use a listing that is some seconds old, as in a scheduled attempt. A deleted device"
              + " that is being cleaned up is found by its UUID. If this replica runs no lanes, the reason says so.")
  @HardwareReferenceParameter
  @ApiResponse(
      responseCode = "200",
      description = "the plan of each worker that has a task for the device")
  @ErrorStatuses({"403", "404"})
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/plan",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public HardwarePlanJson plan(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return HardwarePlanJson.of(service.plan(caller, HardwareReference.checked(ref)));
  }
}
