package doni.api.resync;

import doni.api.body.JsonBody;
import doni.api.docs.Refuses;
import doni.policy.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** Describes {@link ResyncRunController}. */
@Tag(name = "sync")
interface ResyncRunApi {

  @Operation(
      operationId = "syncAllHardware",
      summary = "Have all devices looked at again, or those that a filter matches",
      description =
          "Needs hardware:sync_all. Runs behind whatever people ask for meanwhile. While a run of the same"
              + " filter is running or paused, that one is answered and nothing is begun.")
  @RequestBody(
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
  ResyncRunJson start(
      @Parameter(hidden = true) Caller caller,
      @Nullable JsonBody body,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) HttpServletResponse response);

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
  ResyncRunPageJson list(
      @Parameter(hidden = true) Caller caller,
      @Parameter(hidden = true) HttpServletRequest request);

  @Operation(
      operationId = "getSyncRun",
      summary = "How far a resync of many devices is",
      description = "Needs hardware:sync_all.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404"})
  ResyncRunJson get(@Parameter(hidden = true) Caller caller, String uuid);

  @Operation(
      operationId = "pauseSyncRun",
      summary = "Pause a resync of many devices",
      description =
          "Needs hardware:sync_all. What is not attempted yet waits for its own next look; attempts under way"
              + " end. Pausing a paused run changes nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  ResyncRunJson pause(@Parameter(hidden = true) Caller caller, String uuid);

  @Operation(
      operationId = "resumeSyncRun",
      summary = "Go on with a paused resync",
      description =
          "Needs hardware:sync_all. What is not attempted yet is due at once. Resuming a running run changes"
              + " nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  ResyncRunJson resume(@Parameter(hidden = true) Caller caller, String uuid);

  @Operation(
      operationId = "cancelSyncRun",
      summary = "End a resync before all of it is done",
      description =
          "Needs hardware:sync_all. What is not attempted yet waits for its own next look. Cancelling a"
              + " cancelled run changes nothing.")
  @RunParameter
  @ApiResponse(responseCode = "200", description = "the run")
  @Refuses({"403", "404", "409"})
  ResyncRunJson cancel(@Parameter(hidden = true) Caller caller, String uuid);
}
