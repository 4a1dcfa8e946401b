package doni.api.hardware;

import doni.api.body.JsonBody;
import doni.api.docs.Refuses;
import doni.api.web.HardwareReference;
import doni.api.web.IfMatchParameter;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.api.web.RefParameter;
import doni.api.web.RequestHeaders;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Page;
import doni.hardware.HardwareView;
import doni.leftover.ForceDeleteService;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(path = PageLinks.HARDWARE, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class HardwareController {

  private final HardwareService intake;
  private final ForceDeleteService force;

  HardwareController(HardwareService intake, ForceDeleteService force) {
    this.intake = intake;
    this.force = force;
  }

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
  @GetMapping
  public HardwarePageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    Page page = intake.list(caller, ListParameters.read(request.getParameterMap()));
    return new HardwarePageJson(
        page.hardware().stream().map(HardwareJson::of).toList(),
        next(request, PageLinks.HARDWARE, page));
  }

  @Operation(
      operationId = "exportHardware",
      summary = "List all devices with their public properties",
      description = "For everybody, without a token. There is no page size unless limit is given.")
  @ApiResponse(responseCode = "200", description = "one page, oldest first unless sorted otherwise")
  @ListQuery
  @Refuses("400")
  @SecurityRequirements
  @GetMapping("/export")
  public ExportPageJson export(HttpServletRequest request) {
    Page page = intake.export(ListParameters.read(request.getParameterMap()));
    return new ExportPageJson(
        page.hardware().stream().map(ExportedHardwareJson::of).toList(),
        next(request, PageLinks.EXPORT, page));
  }

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
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
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
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  public HardwareJson create(
      @AuthenticationPrincipal Caller caller,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    String key = RequestHeaders.idempotencyKey(request);
    HardwareView hardware = intake.create(caller, EnrollmentRequest.read(body), key);
    response.setHeader(
        HttpHeaders.LOCATION, PageLinks.to(request, PageLinks.HARDWARE + "/" + hardware.id()));
    return tagged(hardware, response);
  }

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
  @GetMapping("/{ref}")
  public HardwareJson get(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletResponse response) {
    return tagged(intake.get(caller, HardwareReference.checked(ref)), response);
  }

  @Operation(
      operationId = "patchHardware",
      summary = "Change a device",
      description = "Needs hardware:update. All operations are applied, or none.")
  @RefParameter
  @IfMatchParameter
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
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
  @PatchMapping(
      path = "/{ref}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/json-patch+json"})
  public HardwareJson patch(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    var patch = PatchRequest.read(body);
    return tagged(
        RequestHeaders.atExpected(
            request,
            generation -> intake.patch(caller, HardwareReference.checked(ref), patch, generation)),
        response);
  }

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
  @DeleteMapping("/{ref}")
  public void delete(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    boolean forced = query.flag("force");
    query.check();
    RequestHeaders.atExpected(
        request,
        generation -> {
          if (forced) {
            force.delete(caller, HardwareReference.checked(ref), generation);
          } else {
            intake.delete(caller, HardwareReference.checked(ref), generation);
          }
          return ref;
        });
  }

  @Operation(
      operationId = "syncHardware",
      summary = "Have every worker look at a device again, now",
      description = "Needs hardware:update.")
  @RefParameter
  @ApiResponse(responseCode = "200", description = "asked for; without a body", content = @Content)
  @Refuses({"403", "404"})
  @PostMapping("/{ref}/sync")
  public void sync(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    intake.sync(caller, HardwareReference.checked(ref));
  }

  private static List<LinkJson> next(HttpServletRequest request, String path, Page page) {
    if (!page.more() || page.hardware().isEmpty()) {
      return List.of();
    }
    String marker = page.hardware().getLast().id().toString();
    String query = ListParameters.after(request.getParameterMap(), marker);
    return List.of(PageLinks.next(request, path, query));
  }

  /**
   * Set on the response itself: in a {@code ResponseEntity} it would make Spring answer 304 on its
   * own, but what workers report changes without the generation.
   */
  private static HardwareJson tagged(HardwareView hardware, HttpServletResponse response) {
    response.setHeader(HttpHeaders.ETAG, "\"" + hardware.generation() + "\"");
    return HardwareJson.of(hardware);
  }
}
