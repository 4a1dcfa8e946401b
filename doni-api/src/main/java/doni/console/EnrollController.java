package doni.console;

import doni.api.hardware.EnrollmentRequestReader;
import doni.api.web.FailureStatus;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The form that enrolls a device. */
@ConsoleController
class EnrollController {

  private static final String VIEW = "enroll";

  /** As the form has it. */
  private static final Pattern KEY = Pattern.compile("[0-9a-f-]{36}");

  private final HardwareService service;
  private final HardwarePermissions permissions;
  private final HardwareTypes types;

  EnrollController(HardwareService service, HardwarePermissions permissions, HardwareTypes types) {
    this.service = service;
    this.permissions = permissions;
    this.types = types;
  }

  /** Shows the form of a hardware type, or lets the user choose one if there are several. */
  @GetMapping(ConsolePaths.ENROLL)
  String form(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(defaultValue = "") String type,
      Model model) {
    requirePermission(caller);
    Set<String> names = types.names();
    String chosen = type.isEmpty() && names.size() == 1 ? names.iterator().next() : type;
    if (chosen.isEmpty()) {
      model.addAttribute("types", names);
      model.addAttribute("type", "");
      return VIEW;
    }
    return show(chosen, DeviceForm.empty(inputs(chosen)), newKey(), model);
  }

  /**
   * Enrolls a device.
   *
   * @param key the idempotency key of the form: a second click does not enroll a second device
   */
  @PostMapping(ConsolePaths.ENROLL)
  String enroll(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(defaultValue = "") String type,
      @RequestParam(defaultValue = "") String key,
      HttpServletRequest request,
      HttpServletResponse response,
      Model model) {
    requirePermission(caller);
    DeviceForm form = DeviceForm.sent(inputs(type), request, Map.of());
    try {
      if (!KEY.matcher(key).matches()) {
        throw new RequestRefusedException.Invalid("key: must be the one of the form");
      }
      HardwareView device = service.create(caller, request(type, form), key);
      return "redirect:" + ConsolePaths.DEVICES + "/" + device.id() + "?done=enrolled";
    } catch (RequestRefusedException refusal) {
      response.setStatus(FailureStatus.of(refusal).value());
      // What was refused as a repetition of something else can only succeed as something new.
      String next = refusal instanceof RequestRefusedException.Conflict ? newKey() : key;
      return show(type, form.refused(refusal), next, model);
    }
  }

  private static HardwareService.Request request(String type, DeviceForm form) {
    Map<String, Object> members = form.members();
    members.put("hardware_type", type);
    return EnrollmentRequestReader.read(DeviceForm.json(members));
  }

  private void requirePermission(Caller caller) {
    if (!permissions.create(caller)) {
      throw new RequestRefusedException.Forbidden("hardware:create");
    }
  }

  private List<PropertyInput> inputs(String type) {
    if (!types.names().contains(type)) {
      throw new RequestRefusedException.Invalid(
          "hardware_type: must be one of " + String.join(", ", types.names()));
    }
    List<PropertyInput> inputs = new ArrayList<>();
    inputs.add(PropertyInput.NAME);
    inputs.addAll(PropertyInput.of(types.fieldsOf(type)));
    inputs.add(PropertyInput.LABELS);
    return inputs;
  }

  private String show(String type, DeviceForm form, String key, Model model) {
    model.addAttribute("types", types.names());
    model.addAttribute("type", type);
    model.addAttribute("form", form);
    model.addAttribute("key", key);
    return VIEW;
  }

  private static String newKey() {
    return UUID.randomUUID().toString();
  }
}
