package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.api.web.ClientTextRules;
import doni.api.web.HardwareReference;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.enrollment.Generation;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareAvailabilityService;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwarePlanService;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardware.QuarantineService;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.readiness.ReadinessService;
import doni.request.RequestRefusedException;
import doni.secret.MaskedPropertyView;
import doni.task.TaskState;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.DayOfWeek;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The list of devices, the page of one device, and what can be done there. */
@ConsoleController
class DeviceController {

  private static final String DEVICE = ConsolePaths.DEVICES + "/{ref}";
  private static final int EVENTS = 50;
  private static final int LONGEST_REASON = 500;

  /** What a page may say was done, after the redirect that follows a form. */
  private static final Set<String> DONE =
      Set.of("sync", "quarantine", "release", "enrolled", "edited");

  /** After these, the page says what of the device's properties will not have an effect. */
  private static final Set<String> WRITTEN = Set.of("enrolled", "edited");

  private final HardwareService service;
  private final QuarantineService quarantines;
  private final HardwarePlanService plans;
  private final ReadinessService readiness;
  private final HardwareAvailabilityService histories;
  private final HardwarePermissions permissions;
  private final HardwareTypes types;
  private final MaskedPropertyView view;
  private final Clock clock;

  DeviceController(
      HardwareService service,
      QuarantineService quarantines,
      HardwarePlanService plans,
      ReadinessService readiness,
      HardwareAvailabilityService histories,
      HardwarePermissions permissions,
      HardwareTypes types,
      MaskedPropertyView view,
      Clock clock) {
    this.service = service;
    this.quarantines = quarantines;
    this.plans = plans;
    this.readiness = readiness;
    this.histories = histories;
    this.permissions = permissions;
    this.types = types;
    this.view = view;
    this.clock = clock;
  }

  @GetMapping(ConsolePaths.DEVICES)
  String list(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(required = false) @Nullable String done,
      HttpServletRequest request,
      Model model) {
    Map<String, String[]> parameters = DeviceListPage.parameters(request);
    HardwareService.Page page =
        service.list(caller, HardwareListParameters.read(DeviceListPage.withLimit(parameters)));
    model.addAttribute("list", DeviceListPage.of(ConsolePaths.DEVICES, parameters, page));
    model.addAttribute("actions", BatchAction.allowed(permissions.ofProject(caller)));
    model.addAttribute("everyProject", permissions.everyProject(caller));
    model.addAttribute("types", types.names());
    model.addAttribute("states", TaskState.values());
    model.addAttribute("availabilities", AvailabilityStatus.values());
    model.addAttribute("done", "delete".equals(done) ? "delete" : "");
    return "devices";
  }

  @GetMapping(DEVICE)
  String device(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestParam(defaultValue = "") String done,
      @RequestParam(defaultValue = "") String month,
      Model model) {
    show(caller, ref, month, model);
    model.addAttribute("done", DONE.contains(done) ? done : "");
    model.addAttribute(
        "warnings", WRITTEN.contains(done) ? service.warnings(caller, ref) : List.of());
    return "device";
  }

  /** The part of the page that changes, or 204 if it does not differ from what the page shows. */
  @GetMapping(DEVICE + "/live")
  Object changes(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestParam(defaultValue = "") String month,
      HttpServletRequest request,
      Model model) {
    String version = show(caller, ref, month, model);
    return LiveFragment.unlessSeen(request, version, "device :: live");
  }

  @GetMapping(DEVICE + "/plan")
  String plan(@AuthenticationPrincipal Caller caller, @PathVariable String ref, Model model) {
    model.addAttribute("device", find(caller, ref));
    model.addAttribute("plan", plans.plan(caller, HardwareReference.checked(ref)));
    return "plan";
  }

  @PostMapping(DEVICE + "/sync")
  String sync(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    service.syncDeletedToo(caller, HardwareReference.checked(ref));
    return done(ref, "sync");
  }

  @PostMapping(DEVICE + "/quarantine")
  String quarantine(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestParam(defaultValue = "") String reason) {
    quarantines.begin(caller, HardwareReference.checked(ref), reason(reason));
    return done(ref, "quarantine");
  }

  @PostMapping(DEVICE + "/release")
  String release(@AuthenticationPrincipal Caller caller, @PathVariable String ref) {
    quarantines.end(caller, HardwareReference.checked(ref));
    return done(ref, "release");
  }

  /** Asks for a confirmation. */
  @GetMapping(DEVICE + "/delete")
  String confirmDelete(
      @AuthenticationPrincipal Caller caller, @PathVariable String ref, Model model) {
    HardwareView device = find(caller, ref);
    if (!permissions.of(caller, device).delete()) {
      throw new RequestRefusedException.Forbidden("hardware:delete");
    }
    model.addAttribute("device", device);
    return "delete";
  }

  /**
   * Deletes a device.
   *
   * @param generation the one that was confirmed; a device that was changed since is not deleted
   */
  @PostMapping(DEVICE + "/delete")
  String delete(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestParam(defaultValue = "0") long generation) {
    service.delete(
        caller,
        HardwareReference.checked(ref),
        Set.of(generation > 0 ? new Generation(generation) : Generation.NONE));
    return "redirect:" + ConsolePaths.DEVICES + "?done=delete";
  }

  private String show(Caller caller, String ref, String month, Model model) {
    HardwareView device = find(caller, ref);
    boolean live = device.deletedAt() == null;
    DevicePage page =
        DevicePage.of(
            device,
            live ? readiness.of(caller, device.id().toString()) : null,
            permissions.of(caller, device),
            view,
            live ? service.availability(caller, device.id().toString()) : List.of(),
            service.events(caller, device.id().toString(), EVENTS, null));
    WindowCalendar calendar =
        WindowCalendar.of(month, clock.instant(), page.windows(), page.leases());
    String version = page.version();
    model.addAttribute("calendar", calendar);
    model.addAttribute("days", DayOfWeek.values());
    model.addAttribute(
        "strip",
        live
            ? AvailabilityStrip.of(histories.history(caller, device.id().toString()).history())
            : null);
    model.addAttribute("page", page);
    model.addAttribute("version", version);
    return version;
  }

  private HardwareView find(Caller caller, String ref) {
    return service.getDeletedToo(caller, HardwareReference.checked(ref));
  }

  /** Devices are addressed by uuid in links, so a name never reaches a redirect. */
  private static String done(String ref, String what) {
    return HardwareReader.uuid(ref)
        .map(HardwareId::toString)
        .map(id -> "redirect:" + ConsolePaths.DEVICES + "/" + id + "?done=" + what)
        .orElse("redirect:" + ConsolePaths.DEVICES);
  }

  /** Returns the reason of a quarantine; null for none. */
  static @Nullable String reason(String entered) {
    String text = entered.strip();
    if (text.codePointCount(0, text.length()) > LONGEST_REASON || !ClientTextRules.isLine(text)) {
      throw new RequestRefusedException.Invalid(
          "reason: must be a string of at most "
              + LONGEST_REASON
              + " characters without control characters");
    }
    return text.isEmpty() ? null : text;
  }
}
