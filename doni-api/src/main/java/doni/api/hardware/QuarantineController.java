package doni.api.hardware;

import doni.api.web.ClientTextRules;
import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.JsonBody;
import doni.api.web.PageLinks;
import doni.hardware.QuarantineService;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
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
@Tag(name = "hardware")
final class QuarantineController {

  /** Describes the body that {@link QuarantineController#begin} reads. */
  @Schema(
      name = "QuarantineRequest",
      description = "Why a device is put in quarantine. All members are optional.")
  record QuarantineDoc(
      @Schema(maxLength = 500, example = "its relay board is being replaced") String reason) {}

  private static final String REASON = "reason";
  private static final int LONGEST_REASON = 500;

  private final QuarantineService service;

  QuarantineController(QuarantineService service) {
    this.service = service;
  }

  @Operation(
      operationId = "quarantineHardware",
      summary = "Put a device in quarantine",
      description =
          "Requires hardware:quarantine. No worker writes to a backend for the device until it is released;"
              + " an attempt that is already writing ends first. Workers still observe the device and report"
              + " drift. It can be read and changed; changes are applied when it is released. Repeating the"
              + " request replaces the reason.")
  @HardwareReferenceParameter
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = QuarantineDoc.class)))
  @ApiResponse(responseCode = "200", description = "the device, now in quarantine")
  @ErrorStatuses({"403", "404", "413", "415"})
  @PostMapping("/quarantine")
  public HardwareJson begin(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestBody(required = false) @Nullable JsonBody body) {
    String reason = body == null ? null : reason(body.object());
    return HardwareJson.of(service.begin(caller, HardwareReference.checked(ref), reason));
  }

  @Operation(
      operationId = "releaseHardware",
      summary = "Release a device from quarantine",
      description =
          "Requires hardware:quarantine. All tasks of the device become due at once. Releasing a device that is"
              + " not in quarantine changes nothing.")
  @HardwareReferenceParameter
  @ApiResponse(responseCode = "200", description = "the device, no longer in quarantine")
  @ErrorStatuses({"403", "404"})
  @PostMapping("/release")
  public HardwareJson end(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return HardwareJson.of(service.end(caller, HardwareReference.checked(ref)));
  }

  static @Nullable String reason(Map<String, Object> members) {
    List<String> violations = new ArrayList<>();
    members.keySet().stream()
        .filter(member -> !member.equals(REASON))
        .limit(10)
        .forEach(member -> violations.add(ClientTextRules.quote(member) + ": is not allowed here"));
    Object value = members.get(REASON);
    if (value != null
        && !(value instanceof String text
            && text.codePointCount(0, text.length()) <= LONGEST_REASON
            && ClientTextRules.isLine(text))) {
      violations.add(
          "reason: must be a string of at most "
              + LONGEST_REASON
              + " characters without control characters");
    }
    if (!violations.isEmpty()) {
      throw new RequestRefusedException.Invalid(violations);
    }
    return value instanceof String text && !text.isEmpty() ? text : null;
  }
}
