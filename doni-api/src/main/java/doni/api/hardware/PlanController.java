package doni.api.hardware;

import doni.api.docs.Refuses;
import doni.api.web.HardwareReference;
import doni.api.web.PageLinks;
import doni.api.web.RefParameter;
import doni.hardware.PlanService;
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
final class PlanController {

  private final PlanService intake;

  PlanController(PlanService intake) {
    this.intake = intake;
  }

  @Operation(
      operationId = "planHardware",
      summary = "What each worker would write for a device now, without writing it",
      description =
          "Needs hardware:get. Backends are read, for 20 s at most, and nothing is written or counted. A worker"
              + " may trust a listing that is some seconds old, as in a scheduled look. A deleted device that is"
              + " being cleaned up is found by its uuid. A replica that runs no lanes says so as the reason.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "the plan of each worker that has a task for it")
  @Refuses({"403", "404"})
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/plan",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public PlanJson plan(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return PlanJson.of(intake.plan(caller, HardwareReference.checked(ref)));
  }
}
