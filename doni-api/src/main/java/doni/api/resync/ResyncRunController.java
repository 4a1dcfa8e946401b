package doni.api.resync;

import doni.api.web.ClientTextRules;
import doni.api.web.ErrorStatuses;
import doni.api.web.JsonBody;
import doni.api.web.PageLinks;
import doni.api.web.PageLinks.PageLinkJson;
import doni.api.web.QueryParameters;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.resync.ResyncRun;
import doni.resync.ResyncService;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "sync")
final class ResyncRunController {

  private static final int DEFAULT_RUNS = 20;
  private static final int MAX_RUNS = 100;
  private static final String RUN = PageLinks.SYNC_RUNS + "/{uuid}";

  private final ResyncService service;

  ResyncRunController(ResyncService service) {
    this.service = service;
  }

  @Operation(
      operationId = "syncAllHardware",
      summary = "Start a resync run of all devices, or of those that match a filter",
      description =
          "Requires hardware:sync_all. Its tasks have a lower priority than requests of users. If a run with the"
              + " same filter is running or paused, that run is returned and no new one is started.")
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      required = false,
      content =
          @Content(
              mediaType = "application/json",
              schema = @Schema(implementation = ResyncFilterDoc.class)))
  @ApiResponse(
      responseCode = "202",
      description = "the run",
      headers =
          @Header(
              name = "Location",
              description = "URL of the run",
              schema = @Schema(type = "string", format = "uri")))
  @ErrorStatuses({"403", "413", "415"})
  @PostMapping(PageLinks.SYNC_ALL)
  @ResponseStatus(HttpStatus.ACCEPTED)
  public ResyncRunJson start(
      @AuthenticationPrincipal Caller caller,
      @RequestBody(required = false) @Nullable JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    ResyncRun run = service.start(caller, body == null ? Map.of() : body.object());
    response.setHeader(
        HttpHeaders.LOCATION, PageLinks.to(request, PageLinks.SYNC_RUNS + "/" + run.uuid()));
    return ResyncRunJson.of(run);
  }

  /** Without it, the methods of a device would be named: the path fits both. */
  @Operation(hidden = true)
  @RequestMapping(path = PageLinks.SYNC_ALL, method = RequestMethod.OPTIONS)
  ResponseEntity<Void> startOptions() {
    return ResponseEntity.ok().allow(HttpMethod.POST, HttpMethod.OPTIONS).build();
  }

  @Operation(
      operationId = "listSyncRuns",
      summary = "List resync runs, newest first",
      description =
          "Requires hardware:sync_all. Finished runs are kept for doni.sync.run-retention.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "page size; larger values are reduced to the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "20"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "marker",
      description = "UUID of the last run of the previous page",
      schema = @Schema(type = "string", format = "uuid"))
  @ApiResponse(responseCode = "200", description = "one page, with a link to the next (older) page")
  @ErrorStatuses("403")
  @GetMapping(PageLinks.SYNC_RUNS)
  public ResyncRunPageJson list(
      @AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_RUNS, MAX_RUNS);
    UUID marker = query.uuid("marker", "a run");
    query.check();
    List<ResyncRun> runs = service.list(caller, limit, marker);
    return new ResyncRunPageJson(
        runs.stream().map(ResyncRunJson::of).toList(), older(request, limit, runs));
  }

  @Operation(
      operationId = "getSyncRun",
      summary = "Show the progress of a resync run",
      description = "Requires hardware:sync_all.")
  @ResyncRunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @ErrorStatuses({"403", "404"})
  @GetMapping(RUN)
  public ResyncRunJson get(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(service.get(caller, run(uuid)));
  }

  @Operation(
      operationId = "pauseSyncRun",
      summary = "Pause a resync run",
      description =
          "Requires hardware:sync_all. Running attempts finish; the other tasks wait for their next scheduled"
              + " attempt. Pausing a paused run changes nothing.")
  @ResyncRunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @ErrorStatuses({"403", "404", "409"})
  @PostMapping(RUN + "/pause")
  public ResyncRunJson pause(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(service.pause(caller, run(uuid)));
  }

  @Operation(
      operationId = "resumeSyncRun",
      summary = "Resume a paused resync run",
      description =
          "Requires hardware:sync_all. The remaining tasks become due at once. Resuming a running run changes"
              + " nothing.")
  @ResyncRunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @ErrorStatuses({"403", "404", "409"})
  @PostMapping(RUN + "/resume")
  public ResyncRunJson resume(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(service.resume(caller, run(uuid)));
  }

  @Operation(
      operationId = "cancelSyncRun",
      summary = "Cancel a resync run",
      description =
          "Requires hardware:sync_all. The remaining tasks wait for their next scheduled attempt. Canceling a"
              + " canceled run changes nothing.")
  @ResyncRunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @ErrorStatuses({"403", "404", "409"})
  @PostMapping(RUN + "/cancel")
  public ResyncRunJson cancel(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(service.cancel(caller, run(uuid)));
  }

  private static UUID run(String uuid) {
    return HardwareReader.uuid(uuid)
        .map(HardwareId::value)
        .orElseThrow(() ->
            new RequestRefusedException.NotFound(
                "Resync run " + ClientTextRules.quote(uuid) + " could not be found."));
  }

  /** Links to the next page if this one is full; the next page may turn out empty. */
  private static List<PageLinkJson> older(
      HttpServletRequest request, int limit, List<ResyncRun> runs) {
    if (runs.size() < limit) {
      return List.of();
    }
    String query = "limit=%d&marker=%s".formatted(limit, runs.getLast().uuid());
    return List.of(PageLinks.next(request, PageLinks.SYNC_RUNS, query));
  }
}
