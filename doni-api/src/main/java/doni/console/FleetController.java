package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.hardware.FleetSummaryService;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import doni.task.TaskState;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The pages about the whole fleet: its counts, and what the public sees of it. */
@ConsoleController
class FleetController {

  private final FleetSummaryService fleet;
  private final HardwareService service;

  FleetController(FleetSummaryService fleet, HardwareService service) {
    this.fleet = fleet;
    this.service = service;
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
    FleetSummaryService.FleetSummary summary = fleet.of(caller);
    String version = LiveFragment.version(summary);
    model.addAttribute("fleet", summary);
    model.addAttribute("states", TaskState.values());
    model.addAttribute("version", version);
    return version;
  }
}
