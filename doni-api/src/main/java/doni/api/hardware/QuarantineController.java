package doni.api.hardware;

import doni.api.body.BodyText;
import doni.api.body.JsonBody;
import doni.api.web.PageLinks;
import doni.hardware.QuarantineService;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(path = PageLinks.HARDWARE + "/{ref}", produces = MediaType.APPLICATION_JSON_VALUE)
final class QuarantineController implements QuarantineApi {

  private static final String REASON = "reason";
  private static final int LONGEST_REASON = 500;

  private final QuarantineService intake;

  QuarantineController(QuarantineService intake) {
    this.intake = intake;
  }

  @Override
  @PostMapping("/quarantine")
  public HardwareJson begin(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestBody(required = false) @Nullable JsonBody body) {
    String reason = body == null ? null : reason(body.object());
    return HardwareJson.of(intake.begin(caller, HardwareController.checked(ref), reason));
  }

  @Override
  @PostMapping("/release")
  public HardwareJson end(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return HardwareJson.of(intake.end(caller, HardwareController.checked(ref)));
  }

  private static @Nullable String reason(Map<String, Object> members) {
    List<String> violations = new ArrayList<>();
    members.keySet().stream()
        .filter(member -> !member.equals(REASON))
        .limit(10)
        .forEach(member -> violations.add(BodyText.quote(member) + ": is not allowed here"));
    Object value = members.get(REASON);
    if (value != null
        && !(value instanceof String text
            && text.codePointCount(0, text.length()) <= LONGEST_REASON
            && BodyText.isLine(text))) {
      violations.add(
          "reason: must be a string of at most "
              + LONGEST_REASON
              + " characters, none of them a control character");
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return value instanceof String text && !text.isEmpty() ? text : null;
  }
}
