package doni.api.hardware;

import doni.api.body.JsonBody;
import doni.api.body.Text;
import doni.device.HardwareId;
import doni.intake.SyncRunIntake;
import doni.inventory.HardwareReader;
import doni.inventory.InventoryException;
import doni.lane.SyncRun;
import doni.policy.Caller;
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
final class SyncRunController implements SyncRunApi {

  private static final int DEFAULT_RUNS = 20;
  private static final int MAX_RUNS = 100;
  private static final String RUN = Links.SYNC_RUNS + "/{uuid}";

  private final SyncRunIntake intake;

  SyncRunController(SyncRunIntake intake) {
    this.intake = intake;
  }

  @Override
  @PostMapping(Links.SYNC_ALL)
  @ResponseStatus(HttpStatus.ACCEPTED)
  public SyncRunJson start(
      @AuthenticationPrincipal Caller caller,
      @RequestBody(required = false) @Nullable JsonBody body,
      HttpServletRequest request,
      HttpServletResponse response) {
    SyncRun run = intake.start(caller, body == null ? Map.of() : body.object());
    response.setHeader(HttpHeaders.LOCATION, Links.to(request, Links.SYNC_RUNS + "/" + run.uuid()));
    return SyncRunJson.of(run);
  }

  @Override
  @GetMapping(Links.SYNC_RUNS)
  public SyncRunPageJson list(@AuthenticationPrincipal Caller caller, HttpServletRequest request) {
    Query query = new Query(request.getParameterMap());
    int limit = (int) query.positive("limit", DEFAULT_RUNS, MAX_RUNS);
    UUID marker = query.uuid("marker", "a run");
    query.check();
    List<SyncRun> runs = intake.list(caller, limit, marker);
    return new SyncRunPageJson(
        runs.stream().map(SyncRunJson::of).toList(), older(request, limit, runs));
  }

  @Override
  @GetMapping(RUN)
  public SyncRunJson get(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return SyncRunJson.of(intake.get(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/pause")
  public SyncRunJson pause(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return SyncRunJson.of(intake.pause(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/resume")
  public SyncRunJson resume(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return SyncRunJson.of(intake.resume(caller, run(uuid)));
  }

  @Override
  @PostMapping(RUN + "/cancel")
  public SyncRunJson cancel(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return SyncRunJson.of(intake.cancel(caller, run(uuid)));
  }

  private static UUID run(String uuid) {
    return HardwareReader.uuid(uuid)
        .map(HardwareId::value)
        .orElseThrow(() ->
            new InventoryException.NotFound(
                "Sync run " + Text.quote(uuid) + " could not be found."));
  }

  /** A page that is exactly full may be the last one; its next page is empty then. */
  private static List<LinkJson> older(HttpServletRequest request, int limit, List<SyncRun> runs) {
    if (runs.size() < limit) {
      return List.of();
    }
    String query = "limit=%d&marker=%s".formatted(limit, runs.getLast().uuid());
    return List.of(Links.next(request, Links.SYNC_RUNS, query));
  }
}
