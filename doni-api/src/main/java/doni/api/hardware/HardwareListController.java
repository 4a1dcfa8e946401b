package doni.api.hardware;

import doni.api.hardware.HardwareFields.HardwareFieldsParameter;
import doni.api.web.ErrorStatuses;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.QueryParameters;
import doni.hardware.HardwareService;
import doni.hardware.HardwareService.Page;
import doni.hardware.HardwareView;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirements;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Iterator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** Lists devices, in responses that are written while the devices are read. */
@RestController
@RequestMapping(path = PageLinks.HARDWARE, produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "hardware")
final class HardwareListController {

  private static final String WHILE_SENT =
      " The response is read while it is sent, in pages that show the state of that moment. A device"
          + " that exists all the time appears exactly once, unless the list is sorted by a value that"
          + " is changed meanwhile (updated_at, name, hardware_type). A response that fails is cut off"
          + " before its end.";

  private final HardwareService service;

  HardwareListController(HardwareService service) {
    this.service = service;
  }

  @Operation(
      operationId = "listHardware",
      summary = "List the devices of the caller's project",
      description =
          "Requires hardware:get; all_projects requires it for every project." + WHILE_SENT)
  @ApiResponse(
      responseCode = "200",
      description = "one page, oldest first by default",
      content =
          @Content(
              schema =
                  @Schema(
                      anyOf = {
                        HardwarePageJson.ListDoc.class,
                        HardwarePageJson.SelectedListDoc.class
                      })))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "all_projects",
      description = "True: lists the devices of every project",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "deleted",
      description =
          "True: lists the deleted devices that are still being cleaned up, and no others; each has deleted_at",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "device_availability",
      description =
          "only devices with this availability; a device that was just enrolled follows within a minute",
      schema =
          @Schema(
              type = "string",
              allowableValues = {"online", "degraded", "offline", "never_seen"}))
  @HardwareFieldsParameter
  @HardwareListParametersDoc
  @HardwareFilterParametersDoc
  @ErrorStatuses("403")
  @GetMapping
  public HardwarePageJson<Object> list(
      @AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters parameters = new QueryParameters(request.getParameterMap());
    HardwareFields fields = HardwareFields.read(parameters);
    parameters.check();
    Page page = service.list(caller, HardwareListParameters.read(request.getParameterMap()));
    return new HardwarePageJson<>(
        each(page, device -> fields.of(HardwareJson.of(device))),
        next(request, PageLinks.HARDWARE, page));
  }

  @Operation(
      operationId = "exportHardware",
      summary = "List all devices with their public properties",
      description =
          "Public, without a token. The list is complete unless limit is set." + WHILE_SENT)
  @ApiResponse(
      responseCode = "200",
      description = "one page, oldest first by default",
      content = @Content(schema = @Schema(implementation = HardwarePageJson.ExportDoc.class)))
  @HardwareListParametersDoc
  @HardwareFilterParametersDoc
  @SecurityRequirements
  @GetMapping("/export")
  public HardwarePageJson<ExportedHardwareJson> export(HttpServletRequest request) {
    Page page = service.export(HardwareListParameters.readForExport(request.getParameterMap()));
    return new HardwarePageJson<>(
        each(page, ExportedHardwareJson::of), next(request, PageLinks.EXPORT, page));
  }

  /** Without it, the methods of a device would be named: the path fits both. */
  @Operation(hidden = true)
  @RequestMapping(path = "/export", method = RequestMethod.OPTIONS)
  ResponseEntity<Void> exportOptions() {
    return ResponseEntity.ok().allow(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS).build();
  }

  /** Maps devices one by one, while the response is written. */
  private static <T> Iterator<T> each(Page page, Function<HardwareView, T> json) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return page.hasNext();
      }

      @Override
      public T next() {
        return json.apply(page.next());
      }
    };
  }

  /** Asks the page for its end only when the devices have been written. */
  private static Iterator<PageLinkJson> next(HttpServletRequest request, String path, Page page) {
    return Stream.of(page)
        .flatMap(written -> written.nextMarker().stream())
        .map(marker -> HardwareListParameters.after(request.getParameterMap(), marker.toString()))
        .map(query -> PageLinks.next(request, path, query))
        .iterator();
  }
}
