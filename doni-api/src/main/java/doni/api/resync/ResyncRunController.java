package doni.api.resync;

import doni.api.body.BodyText;
import doni.api.body.JsonBody;
import doni.api.web.LinkJson;
import doni.api.web.PageLinks;
import doni.api.web.QueryParameters;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.resync.ResyncRun;
import doni.resync.ResyncService;
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
final class ResyncRunController implements ResyncRunApi {

  private static final int DEFAULT_RUNS = 20;
  private static final int MAX_RUNS = 100;
  private static final String RUN = PageLinks.SYNC_RUNS + "/{uuid}";

  private final ResyncService intake;

  ResyncRunController(ResyncService intake) {
    this.intake = intake;
  }

  @Override
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

  @Override
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

  @Override
  @GetMapping(RUN)
  public ResyncRunJson get(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.get(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/pause")
  public ResyncRunJson pause(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.pause(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/resume")
  public ResyncRunJson resume(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.resume(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/cancel")
  public ResyncRunJson cancel(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return ResyncRunJson.of(intake.cancel(caller, run(uuid)));
  }

  private static UUID run(String uuid) {
    return HardwareReader.uuid(uuid)
        .map(HardwareId::value)
        .orElseThrow(() ->
            new RequestRefusedException.NotFound(
                "Resync run " + BodyText.quote(uuid) + " could not be found."));
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
