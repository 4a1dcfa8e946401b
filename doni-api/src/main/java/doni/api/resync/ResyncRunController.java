package doni.api.resync;

import doni.api.body.BodyText;
import doni.api.body.JsonBody;
import doni.api.docs.Refuses;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
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
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "sync")
final class ResyncRunController {

  private static final int DEFAULT_RUNS = 20;
  private static final int MAX_RUNS = 100;
  private static final String RUN = PageLinks.SYNC_RUNS + "/{uuid}";

  private final ResyncService intake;

  ResyncRunController(ResyncService intake) {
    this.intake = intake;
  }

  @Operation(
      operationId = "syncAllHardware",
      summary = "Have all devices looked at again, or those that a filter matches",
      description =
          "Needs hardware:sync_all. Runs behind whatever people ask for meanwhile. While a run of the same"
              + " filter is running or paused, that one is answered and nothing is begun.")
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
              description = "where its progress is",
              schema = @Schema(type = "string", format = "uri")))
  @Refuses({"400", "403", "413", "415"})
  @PostMapping(PageLinks.SYNC_ALL)
  @ResponseStatus(HttpStatus.ACCEPTED)
  public ResyncRunJson start(
      @AuthenticationPrincipal Caller caller,
      @RequestBody(required = false) @Nullable JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    ResyncRun run = intake.start(caller, body == null ? Map.of() : body.object());
    response.setHeader(
        HttpHeaders.LOCATION, PageLinks.to(request, PageLinks.SYNC_RUNS + "/" + run.uuid()));
    return ResyncRunJson.of(run);
  }

  @Operation(
      operationId = "listSyncRuns",
      summary = "List the resyncs of many devices, newest first",
      description =
          "Needs hardware:sync_all. Those that ended are kept for doni.sync.run-retention.")
  @Parameter(
      in = ParameterIn.QUERY,
      name = "limit",
      description = "at most this many; more than the maximum counts as the maximum",
      schema = @Schema(type = "integer", minimum = "1", maximum = "100", defaultValue = "20"))
  @Parameter(
      in = ParameterIn.QUERY,
      name = "marker",
      description = "uuid of the last run of the page before",
      schema = @Schema(type = "string", format = "uuid"))
  @ApiResponse(responseCode = "200", description = "one page; links holds the next, older one")
  @Refuses({"400", "403"})
  @GetMapping(PageLinks.SYNC_RUNS)
  public ResyncRunPageJson list(
      @AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_RUNS, MAX_RUNS);
    UUID marker = query.uuid("marker", "a run");
    query.check();
    List<ResyncRun> runs = intake.list(caller, limit, marker);
    return new ResyncRunPageJson(
        runs.stream().map(ResyncRunJson::of).toList(), older(request, limit, runs));
  }

  @Operation(
      operationId = "getSyncRun",
      summary = "How far a resync of many devices is",
      description = "Needs hardware:sync_all.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404"})
  @GetMapping(RUN)
  public ResyncRunJson get(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.get(caller, run(uuid)));
  }

  @Operation(
      operationId = "pauseSyncRun",
      summary = "Pause a resync of many devices",
      description =
          "Needs hardware:sync_all. What is not attempted yet waits for its own next look; attempts under way"
              + " end. Pausing a paused run changes nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  @PostMapping(RUN + "/pause")
  public ResyncRunJson pause(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.pause(caller, run(uuid)));
  }

  @Operation(
      operationId = "resumeSyncRun",
      summary = "Go on with a paused resync",
      description =
          "Needs hardware:sync_all. What is not attempted yet is due at once. Resuming a running run changes"
              + " nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  @PostMapping(RUN + "/resume")
  public ResyncRunJson resume(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.resume(caller, run(uuid)));
  }

  @Operation(
      operationId = "cancelSyncRun",
      summary = "End a resync before all of it is done",
      description =
          "Needs hardware:sync_all. What is not attempted yet waits for its own next look. Cancelling a"
              + " cancelled run changes nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  @PostMapping(RUN + "/cancel")
  public ResyncRunJson cancel(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.cancel(caller, run(uuid)));
  }

  private static UUID run(String uuid) {
    return HardwareReader.uuid(uuid)
        .map(HardwareId::value)
        .orElseThrow(() ->
            new RequestRefusedException.NotFound(
                "Sync run " + BodyText.quote(uuid) + " could not be found."));
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> older(HttpServletRequest request, int limit, List<ResyncRun> runs) {
    if (runs.size() < limit) {
      return List.of();
    }
    String query = "limit=%d&marker=%s".formatted(limit, runs.getLast().uuid());
    return List.of(PageLinks.next(request, PageLinks.SYNC_RUNS, query));
  }
}
