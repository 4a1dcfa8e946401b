package doni.console;

import doni.api.web.QueryParameters;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareReader;
import doni.policy.Caller;
import doni.resync.ResyncRun;
import doni.resync.ResyncService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Resync runs and what can be done with them. */
@ConsoleController
class RunController {

  private static final String RUN = ConsolePaths.RUNS + "/{uuid}";
  private static final int RUNS = 20;
  private static final Set<String> DONE = Set.of("begin", "pause", "resume", "cancel");

  private final ResyncService service;
  private final ConsoleView view;

  RunController(ResyncService service, ConsoleView view) {
    this.service = service;
    this.view = view;
  }

  @GetMapping(ConsolePaths.RUNS)
  String list(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    showList(caller, request, model);
    return "runs";
  }

  /** The part of the list that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(ConsolePaths.RUNS + "/live")
  Object listChanges(
      @AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    String version = showList(caller, request, model);
    return LiveFragment.unlessSeen(request, version, "runs :: live");
  }

  @GetMapping(RUN)
  String run(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String uuid,
      @RequestParam(defaultValue = "") String done,
      Model model) {
    show(caller, uuid, model);
    model.addAttribute("done", DONE.contains(done) ? done : "");
    return "run";
  }

  /** The part of the page that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(RUN + "/live")
  Object changes(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String uuid,
      HttpServletRequest request,
      Model model) {
    String version = show(caller, uuid, model);
    return LiveFragment.unlessSeen(request, version, "run :: live");
  }

  @PostMapping(RUN + "/pause")
  String pause(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return done(service.pause(caller, id(uuid)), "pause");
  }

  @PostMapping(RUN + "/resume")
  String resume(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return done(service.resume(caller, id(uuid)), "resume");
  }

  @PostMapping(RUN + "/cancel")
  String cancel(@AuthenticationPrincipal Caller caller, @PathVariable String uuid) {
    return done(service.cancel(caller, id(uuid)), "cancel");
  }

  /** Returns the redirect to a run that was changed. */
  static String done(ResyncRun run, String what) {
    return "redirect:" + ConsolePaths.RUNS + "/" + run.uuid() + "?done=" + what;
  }

  private String showList(Caller caller, HttpServletRequest request, Model model) {
    QueryParameters query = new QueryParameters(request.getParameterMap());
    @Nullable UUID marker = query.uuid("marker", "a run");
    query.check();
    List<ResyncRun> runs = service.list(caller, RUNS, marker);
    String version = LiveFragment.version(runs);
    model.addAttribute("runs", runs);
    model.addAttribute("marker", marker);
    model.addAttribute("older", runs.size() < RUNS ? null : runs.getLast().uuid());
    model.addAttribute("version", version);
    return version;
  }

  private String show(Caller caller, String uuid, Model model) {
    ResyncRun run = service.get(caller, id(uuid));
    String version = LiveFragment.version(run);
    model.addAttribute("run", run);
    model.addAttribute("begun", view.time(run.createdAt()));
    model.addAttribute("version", version);
    return version;
  }

  private static UUID id(String uuid) {
    return HardwareReader.uuid(uuid).map(HardwareId::value).orElseThrow(UnknownPageException::new);
  }
}
