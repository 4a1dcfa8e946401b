package doni.api.hardware;

import doni.api.hardware.DeletedDevices.DeletedTooParameter;
import doni.api.hardware.HardwareFields.HardwareFieldsParameter;
import doni.api.web.ErrorStatuses;
import doni.api.web.HardwareReference;
import doni.api.web.HardwareReference.HardwareReferenceParameter;
import doni.api.web.JsonBody;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.enrollment.Generation;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardware.VersionedHardware;
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
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
import org.springframework.web.context.request.ServletWebRequest;

@RestController
@RequestMapping(path = PageLinks.HARDWARE, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class HardwareController {

  private final HardwareService service;
  private final ForceDeleteService force;

  HardwareController(HardwareService service, ForceDeleteService force) {
    this.service = service;
    this.force = force;
  }

  @Operation(
      operationId = "createHardware",
      summary = "Enroll a device in the caller's project",
      description = "Requires hardware:create.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Idempotency-Key",
      description = "repeating a request with the same key and body returns the same device",
      schema = @Schema(type = "string", minLength = 1, maxLength = 255),
      example = "enroll-edge-01")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      required = true,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = EnrollmentRequestDoc.class)))
  @ApiResponse(
      responseCode = "201",
      description = "the device",
      headers = {
        @Header(
            name = "Location",
            description = "URL of the device",
            schema = @Schema(type = "string", format = "uri")),
        @Header(
            name = "ETag",
            description = "its version, for If-Match",
            schema = @Schema(type = "string", example = "\"1\""))
      })
  @ErrorStatuses({"403", "409", "413", "415"})
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  public HardwareJson create(
      @AuthenticationPrincipal Caller caller,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    String key = RequestHeaderReader.idempotencyKey(request);
    HardwareView hardware = service.create(caller, EnrollmentRequestReader.read(body), key);
    response.setHeader(
        HttpHeaders.LOCATION, PageLinks.to(request, PageLinks.HARDWARE + "/" + hardware.id()));
    return tagged(hardware, response);
  }

  @Operation(
      operationId = "getHardware",
      summary = "Show a device",
      description =
          "Requires hardware:get. With the ETag of an earlier answer in If-None-Match, the answer is 304 without a"
              + " body while neither the device nor a worker's report has changed.")
  @HardwareReferenceParameter
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-None-Match",
      description = "the ETag of an earlier answer",
      schema = @Schema(type = "string"),
      example = "\"1-5nCZ0kqTDhXkTeeM\"")
  @ApiResponse(
      responseCode = "200",
      description = "the device",
      content =
          @Content(
              schema = @Schema(anyOf = {HardwareJson.class, HardwarePageJson.SelectedDoc.class})),
      headers =
          @Header(
              name = "ETag",
              description =
                  "its version, for If-None-Match and If-Match; If-Match ignores what workers have reported since",
              schema = @Schema(type = "string", example = "\"1-5nCZ0kqTDhXkTeeM\"")))
  @ApiResponse(responseCode = "304", description = "nothing has changed", content = @Content)
  @DeletedTooParameter
  @HardwareFieldsParameter
  @ErrorStatuses({"400", "403", "404"})
  @GetMapping("/{ref}")
  public @Nullable Object get(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request,
      ServletWebRequest conditional) {
    String checked = HardwareReference.checked(ref);
    QueryParameters parameters = new QueryParameters(request.getParameterMap());
    HardwareFields fields = HardwareFields.read(parameters);
    parameters.check();
    VersionedHardware hardware =
        DeletedDevices.included(request)
            ? service.readDeletedToo(caller, checked)
            : service.read(caller, checked);
    return conditional.checkNotModified(hardware.version())
        ? null
        : fields.of(HardwareJson.of(hardware.view().get()));
  }

  @Operation(
      operationId = "patchHardware",
      summary = "Change a device",
      description =
          "Requires hardware:update. Either all operations are applied or none. A change of labels alone leaves"
              + " the version (ETag) as it is, because no worker reads labels. Labels whose key begins with"
              + " site/ require hardware:label_site as well.")
  @HardwareReferenceParameter
  @IfMatchParameter
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      required = true,
      content = {
        @Content(
            mediaType = "application/json",
            array = @ArraySchema(schema = @Schema(implementation = PatchOperationDoc.class))),
        @Content(
            mediaType = "application/json-patch+json",
            array = @ArraySchema(schema = @Schema(implementation = PatchOperationDoc.class)))
      })
  @ApiResponse(
      responseCode = "200",
      description = "the changed device",
      headers =
          @Header(
              name = "ETag",
              description = "its version, for If-Match",
              schema = @Schema(type = "string", example = "\"2\"")))
  @ErrorStatuses({"403", "404", "409", "412", "413", "415"})
  @PatchMapping(
      path = "/{ref}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/json-patch+json"})
  public HardwareJson patch(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestBody JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    var patch = PatchRequestReader.read(body);
    return tagged(
        service.patch(
            caller, HardwareReference.checked(ref), patch, RequestHeaderReader.expected(request)),
        response);
  }

  @Operation(
      operationId = "deleteHardware",
      summary = "Delete a device",
      description =
          "Requires hardware:delete. Its workers clean up their backends; its name is available at once. A"
              + " device in quarantine must be released first. With force, which requires"
              + " hardware:delete_force, the device is deleted without waiting for backends, its UUID is"
              + " available too, and /v1/leftovers lists what may remain until it is removed. Force also"
              + " accepts the UUID of a deleted device whose cleanup is not finished.")
  @HardwareReferenceParameter
  @Parameter(
      in = ParameterIn.QUERY,
      name = "force",
      description = "True: deletes without waiting for backends",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @IfMatchParameter
  @ApiResponse(
      responseCode = "200",
      description = "deleted; the response has no body",
      content = @Content)
  @ErrorStatuses({"403", "404", "409", "412"})
  @DeleteMapping("/{ref}")
  public void delete(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    boolean forced = query.flag("force");
    query.check();
    @Nullable Set<Generation> expected = RequestHeaderReader.expected(request);
    if (forced) {
      force.delete(caller, HardwareReference.checked(ref), expected);
    } else {
      service.delete(caller, HardwareReference.checked(ref), expected);
    }
  }

  @Operation(
      operationId = "syncHardware",
      summary = "Resync a device now",
      description = "Requires hardware:update.")
  @HardwareReferenceParameter
  @ApiResponse(
      responseCode = "200",
      description = "requested; the response has no body",
      content = @Content)
  @DeletedTooParameter
  @ErrorStatuses({"400", "403", "404"})
  @PostMapping("/{ref}/sync")
  public void sync(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      HttpServletRequest request) {
    String checked = HardwareReference.checked(ref);
    if (DeletedDevices.included(request)) {
      service.syncDeletedToo(caller, checked);
    } else {
      service.sync(caller, checked);
    }
  }

  @Operation(
      operationId = "listAvailability",
      summary = "List the reservation windows of a device",
      description = "Requires hardware:get. Change windows with a PATCH of the device.")
  @HardwareReferenceParameter
  @ApiResponse(responseCode = "200", description = "its windows, ordered by start")
  @ErrorStatuses({"403", "404"})
  @GetMapping("/{ref}/availability")
  public ReservationWindowsJson availability(
      @AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    return ReservationWindowsJson.of(service.availability(caller, HardwareReference.checked(ref)));
  }

  /** Sets the ETag of a change: the generation alone, because workers have not reported yet. */
  private static HardwareJson tagged(HardwareView hardware, HttpServletResponse response) {
    response.setHeader(HttpHeaders.ETAG, "\"" + hardware.generation() + "\"");
    return HardwareJson.of(hardware);
  }
}
