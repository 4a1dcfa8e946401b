package doni.console;

import doni.api.hardware.PatchRequestReader;
import doni.api.web.FailureStatus;
import doni.api.web.HardwareReference;
import doni.api.web.JsonBody;
import doni.enrollment.Generation;
import doni.enrollment.LabelSyntax;
import doni.hardware.ChangePreviewService;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareService;
import doni.hardware.HardwareView;
import doni.hardware.JsonPatchOperation;
import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The form that changes the name, the properties and the labels of a device. */
@ConsoleController
class DeviceEditController {

  private static final String PATH = ConsolePaths.DEVICES + "/{ref}/edit";
  private static final String VIEW = "edit";
  private static final String PREVIEW = "preview";

  private final HardwareService service;
  private final ChangePreviewService previews;
  private final HardwarePermissions permissions;
  private final HardwareTypes types;

  DeviceEditController(
      HardwareService service,
      ChangePreviewService previews,
      HardwarePermissions permissions,
      HardwareTypes types) {
    this.service = service;
    this.previews = previews;
    this.permissions = permissions;
    this.types = types;
  }

  /**
   * The device that a form is about, as it is now.
   *
   * @param site the labels of the site, if the user may not change them; they are no part of the
   *     form
   */
  private record EditedDevice(
      HardwareView device, List<PropertyInput> inputs, Map<String, String> site) {

    /** Returns what the form shows when it is opened. */
    DeviceForm shown() {
      return shownWith(labels());
    }

    DeviceForm shownWith(Map<String, ?> labels) {
      return DeviceForm.showing(inputs, members(labels));
    }

    Map<String, Object> members(Map<String, ?> labels) {
      return Map.of("name", device.name(), "properties", device.properties(), "labels", labels);
    }

    Map<String, String> labels() {
      Map<String, String> labels = new TreeMap<>(device.labels());
      labels.keySet().removeAll(site.keySet());
      return labels;
    }
  }

  @GetMapping(PATH)
  String form(@AuthenticationPrincipal Caller caller, @PathVariable String ref, Model model) {
    EditedDevice edited = find(caller, ref);
    return show(edited, edited.shown(), PropertyInput.LABELS.shown(edited.labels()), model);
  }

  /**
   * Changes a device, or previews the change.
   *
   * @param generation the one that the form showed; a device that was changed since is not changed
   * @param labels those that the form showed: they do not count for the generation
   * @param remove the stored secrets to be removed
   */
  @PostMapping(PATH)
  String change(
      @AuthenticationPrincipal Caller caller,
      @PathVariable String ref,
      @RequestParam(defaultValue = "") String action,
      @RequestParam(defaultValue = "0") long generation,
      @RequestParam(name = "shown_labels", defaultValue = "") String labels,
      @RequestParam(name = DeviceForm.REMOVE, required = false) @Nullable List<String> remove,
      HttpServletRequest request,
      HttpServletResponse response,
      Model model) {
    EditedDevice edited = find(caller, ref);
    DeviceForm form = DeviceForm.sent(edited.inputs(), request, edited.members(edited.labels()));
    String id = edited.device().id().toString();
    Set<Generation> expected =
        Set.of(generation > 0 ? new Generation(generation) : Generation.NONE);
    try {
      List<JsonPatchOperation> operations =
          operations(edited, form, labels, remove == null ? List.of() : remove);
      if (action.equals(PREVIEW)) {
        model.addAttribute("plan", previews.preview(caller, id, operations, expected));
        return show(edited, form, labels, model);
      }
      service.patch(caller, id, operations, expected);
      return "redirect:" + ConsolePaths.DEVICES + "/" + id + "?done=edited";
    } catch (RequestRefusedException.Stale stale) {
      return stale(find(caller, id), form, stale, response, model);
    } catch (RequestRefusedException refusal) {
      response.setStatus(FailureStatus.of(refusal).value());
      return show(edited, form.refused(refusal), labels, model);
    }
  }

  /** Shows what the device has now, and what the user had entered. */
  private static String stale(
      EditedDevice present,
      DeviceForm form,
      RequestRefusedException.Stale stale,
      HttpServletResponse response,
      Model model) {
    response.setStatus(FailureStatus.of(stale).value());
    DeviceForm shown = present.shown();
    model.addAttribute("entered", form);
    model.addAttribute("differing", form.differingFrom(shown));
    return show(present, shown, PropertyInput.LABELS.shown(present.labels()), model);
  }

  private static List<JsonPatchOperation> operations(
      EditedDevice edited, DeviceForm form, String labels, List<String> remove) {
    Map<String, Object> shownLabels =
        PropertyInput.LABELS
            .read(PropertyInput.LABELS.normalized(labels), new ArrayList<>())
            .flatMap(JsonBody::object)
            .orElse(Map.of());
    DevicePatch patch = new DevicePatch(edited.shownWith(shownLabels), form);
    if (patch.overwritesLabels(edited.labels())) {
      throw new RequestRefusedException.Stale("The labels were changed since the page was opened.");
    }
    return PatchRequestReader.read(patch.operations(remove));
  }

  private EditedDevice find(Caller caller, String ref) {
    HardwareView device = service.get(caller, HardwareReference.checked(ref));
    if (!permissions.of(caller, device).sync()) {
      throw new RequestRefusedException.Forbidden("hardware:update");
    }
    List<PropertyInput> inputs = new ArrayList<>();
    inputs.add(PropertyInput.NAME);
    inputs.addAll(PropertyInput.of(types.fieldsOf(device.hardwareType())));
    inputs.add(PropertyInput.LABELS);
    Map<String, String> site = new TreeMap<>();
    if (!permissions.siteLabels(caller, device)) {
      device
          .labels()
          .forEach((key, value) -> {
            if (LabelSyntax.isOfSite(key)) {
              site.put(key, value);
            }
          });
    }
    return new EditedDevice(device, inputs, site);
  }

  private static String show(
      EditedDevice edited, DeviceForm form, String shownLabels, Model model) {
    model.addAttribute("device", edited.device());
    model.addAttribute("site", edited.site());
    model.addAttribute("form", form);
    model.addAttribute("shownLabels", shownLabels);
    return VIEW;
  }
}
