package doni.api.hardware;

import doni.api.body.JsonBody;
import doni.api.docs.Refuses;
import doni.api.web.IfMatchParameter;
import doni.api.web.RefParameter;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Describes {@link HardwareController}. */
@Tag(name = "hardware")
interface HardwareApi {

  @Operation(
      operationId = "listHardware",
      summary = "List the devices of the caller's project",
      description = "Needs hardware:get; all_projects needs it for every project.")
  @ApiResponse(responseCode = "200", description = "one page, oldest first unless sorted otherwise")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @ListQuery
  @Refuses({"400", "403"})
  HardwarePageJson list(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request);

  @Operation(
      operationId = "exportHardware",
      summary = "List all devices with their public properties",
      description = "For everybody, without a token. There is no page size unless limit is given.")
  @ApiResponse(responseCode = "200", description = "one page, oldest first unless sorted otherwise")
  @ListQuery
  @Refuses("400")
  @SecurityRequirements
  ExportPageJson export(@Parameter(hidden = true) HttpServletRequest request);

  @Operation(
      operationId = "createHardware",
      summary = "Enroll a device in the caller's project",
      description = "Needs hardware:create.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Idempotency-Key",
      description =
          "the same key with the same body gives the same device, however often it is sent",
      schema = @Schema(type = "string", minLength = 1, maxLength = 255),
      example = "enroll-edge-01")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = EnrollmentDoc.class)))
  @ApiResponse(
      responseCode = "201",
      description = "the device",
      headers = {
        @Header(
            name = "Location",
            description = "where the device is",
            schema = @Schema(type = "string", format = "uri")),
        @Header(
            name = "ETag",
            description = "its version, for If-Match",
            schema = @Schema(type = "string", example = "\"1\""))
      })
  @Refuses({"400", "403", "409", "413", "415"})
  HardwareJson create(
      @Parameter(hidden = true) Caller caller,
      JsonBody body,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response);

  @Operation(
      operationId = "getHardware",
      summary = "Show a device",
      description = "Needs hardware:get.")
  @RefParameter
  @ApiResponse(
      responseCode = "200",
      description = "the device",
      headers =
          @Header(
              name = "ETag",
              description = "its version, for If-Match; what workers report changes without it",
              schema = @Schema(type = "string", example = "\"1\"")))
  @Refuses({"403", "404"})
  HardwareJson get(
      @Parameter(hidden = true) Caller caller,
      String ref,
      @Parameter(hidden = true) HttpServletResponse response);

  @Operation(
      operationId = "patchHardware",
      summary = "Change a device",
      description = "Needs hardware:update. All operations are applied, or none.")
  @RefParameter
  @IfMatchParameter
  @RequestBody(
      required = true,
      content = {
        @Content(
            mediaType = "application/json",
            array = @ArraySchema(schema = @Schema(implementation = OperationDoc.class))),
        @Content(
            mediaType = "application/json-patch+json",
            array = @ArraySchema(schema = @Schema(implementation = OperationDoc.class)))
      })
  @ApiResponse(
      responseCode = "200",
      description = "the changed device",
      headers =
          @Header(
              name = "ETag",
              description = "its version, for If-Match",
              schema = @Schema(type = "string", example = "\"2\"")))
  @Refuses({"400", "403", "404", "409", "412", "413", "415"})
  HardwareJson patch(
      @Parameter(hidden = true) Caller caller,
      String ref,
      JsonBody body,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response);

  @Operation(
      operationId = "deleteHardware",
      summary = "Delete a device",
      description =
          "Needs hardware:delete. Its workers clean up after it; its name is free at once. A device in"
              + " quarantine must be released first. With force, which needs hardware:delete_force, it is"
              + " forgotten although a backend is gone, its uuid is free too, and what may be left over is"
              + " listed by /v1/leftovers until it was removed; force also takes, by its uuid, a device that"
              + " was deleted and is not cleaned up yet.")
  @RefParameter
  @Parameter(
      in = ParameterIn.QUERY,
      name = "force",
      description = "True: whatever the backends say",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @IfMatchParameter
  @ApiResponse(responseCode = "200", description = "deleted; without a body", content = @Content)
  @Refuses({"400", "403", "404", "409", "412"})
  void delete(
      @Parameter(hidden = true) Caller caller,
      String ref,
      @Parameter(hidden = true) HttpServletRequest request);

  @Operation(
      operationId = "syncHardware",
      summary = "Have every worker look at a device again, now",
      description = "Needs hardware:update.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "asked for; without a body", content = @Content)
  @Refuses({"403", "404"})
  void sync(@Parameter(hidden = true) Caller caller, String ref);
}
