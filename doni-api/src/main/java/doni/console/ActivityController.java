package doni.console;

import doni.api.event.EventFilterQuery;
import doni.api.web.QueryParameters;
import doni.event.HardwareEvent;
import doni.event.HardwareEventStore.EventFilter;
import doni.hardware.HardwarePermissions;
import doni.policy.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The events of all devices that the caller may see, live, with filters and older pages. */
@ConsoleController
class ActivityController {

  private static final int EVENTS = 50;
  private static final long NEWEST = 0;
  private static final Set<String> PARAMETERS =
      Set.of("hardware", "kind", "worker_type", "user_id", "project_id", ActivityPage.BEFORE);

  private final RecentActivity activity;
  private final HardwarePermissions permissions;

  ActivityController(RecentActivity activity, HardwarePermissions permissions) {
    this.activity = activity;
    this.permissions = permissions;
  }

  @GetMapping(ConsolePaths.ACTIVITY)
  String activity(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    show(caller, request, model);
    model.addAttribute("kinds", QueryParameters.knownValues("kind"));
    model.addAttribute("workers", QueryParameters.knownValues("worker_type"));
    model.addAttribute("everyProject", permissions.everyProject(caller));
    return "activity";
  }

  /** The part of the page that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(ConsolePaths.ACTIVITY + "/live")
  Object changes(@AuthenticationPrincipal Caller caller, HttpServletRequest request, Model model) {
    String version = show(caller, request, model);
    return LiveFragment.unlessSeen(request, version, "activity :: live");
  }

  private String show(Caller caller, HttpServletRequest request, Model model) {
    Map<String, String[]> parameters = DeviceListPage.parameters(request, PARAMETERS::contains);
    QueryParameters query = new QueryParameters(parameters);
    EventFilter filter = EventFilterQuery.read(query);
    long before = query.positive(ActivityPage.BEFORE, NEWEST, Long.MAX_VALUE);
    query.check();
    List<HardwareEvent> events =
        activity.events(caller, filter, EVENTS, before == NEWEST ? null : before);
    ActivityPage page = ActivityPage.of(parameters, events, activity.names(events), EVENTS);
    String version = page.version();
    model.addAttribute("page", page);
    model.addAttribute("version", version);
    return version;
  }
}
