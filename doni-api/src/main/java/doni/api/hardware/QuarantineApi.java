package doni.api.hardware;

import doni.api.body.JsonBody;
import doni.api.docs.Refuses;
import doni.api.web.RefParameter;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Describes {@link QuarantineController}. */
@Tag(name = "hardware")
interface QuarantineApi {

  /** Describes the body that {@link QuarantineController#begin} reads. */
  @Schema(name = "QuarantineRequest", description = "Why a device is frozen. All is optional.")
  record QuarantineDoc(
      @Schema(maxLength = 500, example = "its relay board is being replaced") String reason) {}

  @Operation(
      operationId = "quarantineHardware",
      summary = "Freeze a device",
      description =
          "Needs hardware:quarantine. No worker begins to write to a backend for the device until it is"
              + " released; an attempt that is writing at this moment ends first. All else goes on: it is"
              + " observed, drift is reported, and it can be read and changed; changes are applied when it is"
              + " released. One that is frozen already is given the new reason.")
  @RefParameter
  @RequestBody(
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = QuarantineDoc.class)))
  @ApiResponse(responseCode = "200", description = "the device, which is frozen")
  @Refuses({"400", "403", "404", "413", "415"})
  HardwareJson begin(@Parameter(hidden = true) Caller caller, String ref, @Nullable JsonBody body);

  @Operation(
      operationId = "releaseHardware",
      summary = "Let a frozen device go",
      description =
          "Needs hardware:quarantine. All that waits for it is due at once. One that is not frozen stays as"
              + " it is.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "the device, which is not frozen")
  @Refuses({"403", "404"})
  HardwareJson end(@Parameter(hidden = true) Caller caller, String ref);
}
