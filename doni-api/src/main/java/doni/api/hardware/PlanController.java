package doni.api.hardware;

import doni.api.web.PageLinks;
import doni.hardware.PlanService;
import doni.policy.Caller;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
final class PlanController implements PlanApi {

  private final PlanService intake;

  PlanController(PlanService intake) {
    this.intake = intake;
  }

  @Override
  @GetMapping(
      path = PageLinks.HARDWARE + "/{ref}/plan",
      produces = MediaType.APPLICATION_JSON_VALUE)
  public PlanJson plan(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return PlanJson.of(intake.plan(caller, HardwareController.checked(ref)));
  }
}
