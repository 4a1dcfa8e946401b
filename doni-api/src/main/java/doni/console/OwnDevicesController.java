package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.hardware.HardwareService;
import doni.hardware.HardwareSummary;
import doni.hardware.HardwareSummaryService;
import doni.hardware.HardwareView;
import doni.policy.Caller;
import doni.readiness.DeviceReadiness;
import doni.readiness.ReadinessService;
import doni.task.TaskState;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * The devices of the user's project, one card each. The number of statements does not depend on how
 * many there are.
 */
@ConsoleController
class OwnDevicesController {

  private static final String PAGE_SIZE = "24";

  private final HardwareService service;
  private final HardwareSummaryService summaries;
  private final ReadinessService readiness;

  OwnDevicesController(
      HardwareService service, HardwareSummaryService summaries, ReadinessService readiness) {
    this.service = service;
    this.summaries = summaries;
    this.readiness = readiness;
  }

  @GetMapping(ConsolePaths.MINE)
  String mine(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    Map<String, String[]> parameters = DeviceListPage.parameters(request);
    // This page is about the user's own project, and about devices that are there.
    parameters.keySet().removeAll(List.of("all_projects", "deleted"));
    Map<String, String[]> limited = new LinkedHashMap<>(parameters);
    limited.put("limit", new String[] {PAGE_SIZE});
    HardwareService.Page page = service.list(caller, HardwareListParameters.read(limited));
    DeviceListPage list = DeviceListPage.of(ConsolePaths.MINE, parameters, page);
    HardwareSummary counts = summaries.recent(caller, HardwareListParameters.read(Map.of()));
    model.addAttribute("list", list);
    model.addAttribute("cards", cards(list.devices()));
    model.addAttribute("total", counts.total());
    model.addAttribute("offline", counts.availability().get(AvailabilityStatus.OFFLINE));
    model.addAttribute("failing", counts.states().getOrDefault(TaskState.ERROR, 0L));
    return "mine";
  }

  private List<DeviceCard> cards(List<HardwareView> devices) {
    List<DeviceReadiness> ways = readiness.of(devices);
    List<DeviceCard> cards = new ArrayList<>();
    for (int i = 0; i < devices.size(); i++) {
      cards.add(DeviceCard.of(devices.get(i), ways.get(i)));
    }
    return cards;
  }
}
