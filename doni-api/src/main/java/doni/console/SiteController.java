package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.availability.DeviceAvailabilityReader.ReportedIncident;
import doni.doctor.DoctorRunner.CheckResult;
import doni.doctor.SiteCheckService;
import doni.doctor.SiteCheckService.SiteCheckReport;
import doni.enrollment.HardwareId;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.leftover.ForceDeleteService;
import doni.leftover.Leftover;
import doni.machinetype.MachineTypeCatalog;
import doni.machinetype.MachineTypesHealth;
import doni.policy.Caller;
import doni.task.LanePauseReader;
import doni.worker.Finding;
import doni.worker.LanePause;
import doni.worker.Worker;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** The page of the site: what stands between the enrollments and the backends. */
@ConsoleController
class SiteController {

  private static final int MOST = 50;

  private final LanePauseReader pauses;
  private final List<Worker> workers;
  private final HardwareService service;
  private final ForceDeleteService force;
  private final HardwarePermissions permissions;
  private final RecentActivity activity;
  private final MachineTypeCatalog types;
  private final MachineTypesHealth health;
  private final SiteCheckService checks;

  SiteController(
      LanePauseReader pauses,
      List<Worker> workers,
      HardwareService service,
      ForceDeleteService force,
      HardwarePermissions permissions,
      RecentActivity activity,
      MachineTypeCatalog types,
      MachineTypesHealth health,
      SiteCheckService checks) {
    this.pauses = pauses;
    this.workers = workers;
    this.service = service;
    this.force = force;
    this.permissions = permissions;
    this.activity = activity;
    this.types = types;
    this.health = health;
    this.checks = checks;
  }

  /**
   * What can change while the page is open.
   *
   * @param lanes by worker type; null while a lane starts attempts
   * @param leftovers null for a caller who may not see them
   */
  record SiteStatus(
      List<SiteLane> lanes,
      List<PendingDeletion> deletions,
      @Nullable List<Leftover> leftovers,
      List<ReportedIncident> incidents) {}

  /**
   * The lane of a worker.
   *
   * @param pause null while it starts attempts
   */
  record SiteLane(String workerType, @Nullable LanePause pause) {}

  /** What the doctor found, for the page. */
  record ShownReport(Instant at, long problems, List<ShownCheck> checks) {

    static ShownReport of(SiteCheckReport report) {
      return new ShownReport(
          report.at(), report.problems(), report.results().stream().map(ShownCheck::of).toList());
    }
  }

  /**
   * One line of the doctor's report.
   *
   * @param state names the text and the color
   * @param advice null where nothing is to be done
   */
  record ShownCheck(String subject, String state, String found, @Nullable String advice) {

    static ShownCheck of(CheckResult result) {
      return switch (result.finding()) {
        case Finding.Ok(String found) -> new ShownCheck(result.subject(), "ok", found, null);
        case Finding.Skipped(String found) ->
            new ShownCheck(result.subject(), "skipped", found, null);
        case Finding.Warning(String found, String advice) ->
            new ShownCheck(result.subject(), "warning", found, advice);
        case Finding.Problem(String found, String advice) ->
            new ShownCheck(result.subject(), "problem", found, advice);
      };
    }
  }

  /**
   * A deleted device that is still being cleaned up.
   *
   * @param reasons why, by worker
   */
  record PendingDeletion(
      HardwareId id, String name, @Nullable Instant deletedAt, Map<String, String> reasons) {}

  @GetMapping(ConsolePaths.SITE)
  String site(@AuthenticationPrincipal Caller caller, Model model) {
    show(caller, model);
    model.addAttribute("types", types.current());
    model.addAttribute(
        "problems", permissions.everyProject(caller) ? health.findings() : List.of());
    model.addAttribute("mayCheck", permissions.resyncRuns(caller));
    model.addAttribute("report", checks.last(caller).map(ShownReport::of).orElse(null));
    model.addAttribute("rules", permissions.rules(caller));
    model.addAttribute("roles", caller.roles().stream().sorted().collect(Collectors.joining(", ")));
    return "site";
  }

  /** Runs the checks of the doctor, which takes seconds. */
  @PostMapping(ConsolePaths.SITE + "/checks")
  String check(@AuthenticationPrincipal Caller caller) throws InterruptedException {
    checks.check(caller);
    return "redirect:" + ConsolePaths.SITE + "#checks";
  }

  /** The part of the page that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(ConsolePaths.SITE + "/live")
  Object changes(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    String version = show(caller, model);
    return LiveFragment.unlessSeen(request, version, "site :: live");
  }

  private String show(Caller caller, Model model) {
    SiteStatus status =
        new SiteStatus(
            lanes(),
            deletions(caller),
            permissions.leftovers(caller) ? force.leftovers(caller, MOST, 0) : null,
            activity.incidents(caller));
    String version = LiveFragment.version(status);
    model.addAttribute("site", status);
    model.addAttribute("everyProject", permissions.everyProject(caller));
    model.addAttribute("version", version);
    return version;
  }

  private List<SiteLane> lanes() {
    Map<String, LanePause> paused = pauses.current();
    return workers.stream()
        .filter(Worker::reconciles)
        .map(Worker::type)
        .sorted()
        .map(type -> new SiteLane(type, paused.get(type)))
        .toList();
  }

  private List<PendingDeletion> deletions(Caller caller) {
    Map<String, String[]> query =
        Map.of(
            "deleted", new String[] {"True"},
            "all_projects", new String[] {permissions.everyProject(caller) ? "True" : "False"},
            "limit", new String[] {Integer.toString(MOST)});
    List<PendingDeletion> deletions = new ArrayList<>();
    service
        .list(caller, HardwareListParameters.read(query))
        .forEachRemaining(device -> deletions.add(deletion(device)));
    return deletions;
  }

  private static PendingDeletion deletion(HardwareView device) {
    Map<String, String> reasons = new TreeMap<>();
    device
        .workers()
        .forEach(worker -> reasons.put(worker.workerType(), worker.whyNotSteady().orElse("")));
    return new PendingDeletion(device.id(), device.name(), device.deletedAt(), reasons);
  }
}
