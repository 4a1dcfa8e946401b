package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.event.HardwareEvent;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareService;
import doni.hardware.HardwareSummaryService;
import doni.policy.Caller;
import doni.task.LanePauseReader;
import doni.task.TaskState;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The pages about the whole fleet: its counts, and what the public sees of it. */
@ConsoleController
class FleetController {

  private final HardwareSummaryService summaries;
  private final HardwarePermissions permissions;
  private final LanePauseReader pauses;
  private final HardwareService service;
  private final RecentActivity activity;

  FleetController(
      HardwareSummaryService summaries,
      HardwarePermissions permissions,
      LanePauseReader pauses,
      HardwareService service,
      RecentActivity activity) {
    this.summaries = summaries;
    this.permissions = permissions;
    this.pauses = pauses;
    this.service = service;
    this.activity = activity;
  }

  @GetMapping(ConsolePaths.ROOT)
  String fleet(@AuthenticationPrincipal Caller caller, Model model) {
    show(caller, model);
    return "fleet";
  }

  /** The part of the page that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(ConsolePaths.ROOT + "/fleet")
  Object changes(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    String version = show(caller, model);
    return LiveFragment.unlessSeen(request, version, "fleet :: live");
  }

  /** The export of the API as a page: without login, public properties only. */
  @GetMapping(ConsolePaths.PUBLIC)
  String export(HttpServletRequest request, Model model) {
    Map<String, String[]> parameters = DeviceListPage.parameters(request);
    HardwareService.Page page =
        service.export(HardwareListParameters.readForExport(DeviceListPage.withLimit(parameters)));
    model.addAttribute("list", DeviceListPage.of(ConsolePaths.PUBLIC, parameters, page));
    return "public";
  }

  private String show(Caller caller, Model model) {
    List<HardwareEvent> recent = activity.lately(caller);
    FleetPage page =
        FleetPage.of(
            permissions.everyProject(caller),
            query -> summaries.recent(caller, query),
            pauses.current(),
            recent,
            activity.names(recent),
            activity.incidents(caller).stream()
                .filter(incident -> incident.endedAt() == null)
                .toList());
    String version = LiveFragment.version(page);
    model.addAttribute("fleet", page);
    model.addAttribute("states", TaskState.values());
    model.addAttribute("availabilities", AvailabilityStatus.values());
    model.addAttribute("version", version);
    return version;
  }
}
