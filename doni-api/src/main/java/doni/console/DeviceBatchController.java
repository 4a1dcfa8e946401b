package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.hardware.HardwareBatchService;
import doni.hardware.HardwareBatchService.BatchDevice;
import doni.hardware.HardwareBatchService.BatchResult;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwarePermissions;
import doni.hardware.HardwareService;
import doni.hardware.JsonPatchOperation;
import doni.hardware.JsonPatchOperation.OperationKind;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import doni.resync.ResyncService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * Actions on many devices: a page that says on how many, and one that says what became of each. The
 * use cases of one device decide about each of them; a resync of all that match is a resync run,
 * for callers who may begin one.
 */
@ConsoleController
class DeviceBatchController {

  private static final int MOST_NAMES = 1_000;

  private final HardwareService service;
  private final HardwareBatchService batches;
  private final ResyncService runs;
  private final HardwarePermissions permissions;

  DeviceBatchController(
      HardwareService service,
      HardwareBatchService batches,
      ResyncService runs,
      HardwarePermissions permissions) {
    this.service = service;
    this.batches = batches;
    this.runs = runs;
    this.permissions = permissions;
  }

  /** What an action is done with, besides the devices. */
  private record BatchForm(BatchAction action, String reason, String key, String value) {}

  /** Says what will be done with how many devices, and changes nothing. */
  @PostMapping(ConsolePaths.BATCH)
  String confirm(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(defaultValue = "") String action,
      HttpServletRequest request,
      Model model) {
    return ask(caller, known(action), batch(caller, request), false, model);
  }

  /**
   * Does it.
   *
   * @param count how many devices were confirmed, where all that match are meant; if other devices
   *     match by now, the question is asked again
   */
  @PostMapping(ConsolePaths.BATCH + "/run")
  String run(
      @AuthenticationPrincipal Caller caller,
      @RequestParam(defaultValue = "") String action,
      @RequestParam(defaultValue = "-1") long count,
      @RequestParam(defaultValue = "") String reason,
      @RequestParam(defaultValue = "") String key,
      @RequestParam(defaultValue = "") String value,
      HttpServletRequest request,
      Model model) {
    BatchForm form = new BatchForm(known(action), reason.strip(), key.strip(), value.strip());
    DeviceBatch batch = batch(caller, request);
    if (batch.everyMatch() && batch.matching() != count) {
      return ask(caller, form.action(), batch, true, model);
    }
    if (becomesRun(caller, form.action(), batch)) {
      return RunController.done(runs.start(caller, filter(caller, batch)), "begin");
    }
    if (!batch.fits()) {
      return ask(caller, form.action(), batch, false, model);
    }
    model.addAttribute("action", form.action().key());
    model.addAttribute("results", results(caller, form, batch));
    model.addAttribute("back", DeviceListPage.address(batch.parameters()));
    return "batch-done";
  }

  private String ask(
      Caller caller, BatchAction action, DeviceBatch batch, boolean changed, Model model) {
    model.addAttribute("action", action.key());
    model.addAttribute("batch", batch);
    model.addAttribute("most", DeviceBatch.MOST);
    model.addAttribute("becomesRun", becomesRun(caller, action, batch));
    model.addAttribute("changed", changed);
    model.addAttribute("back", DeviceListPage.address(batch.parameters()));
    model.addAttribute(
        "run", ConsolePaths.BATCH + "/run" + DeviceListPage.query(batch.parameters()));
    return "batch";
  }

  private boolean becomesRun(Caller caller, BatchAction action, DeviceBatch batch) {
    return action == BatchAction.RESYNC
        && batch.everyMatch()
        && !batch.query().deleted()
        && permissions.resyncRuns(caller);
  }

  private List<BatchResult> results(Caller caller, BatchForm form, DeviceBatch batch) {
    List<BatchDevice> devices = batch.devices();
    return switch (form.action()) {
      case RESYNC ->
          batches.forEach(
              devices, device -> service.syncDeletedToo(caller, device.id().toString()));
      case QUARANTINE ->
          batches.quarantine(caller, devices, DeviceController.reason(form.reason()));
      case RELEASE -> batches.release(caller, devices);
      case LABEL ->
          batches.forEach(
              devices,
              device -> patch(caller, device, OperationKind.ADD, form.key(), form.value()));
      case UNLABEL ->
          batches.forEach(
              devices,
              device -> {
                if (device.labels().containsKey(form.key())) {
                  patch(caller, device, OperationKind.REMOVE, form.key(), null);
                }
              });
    };
  }

  private void patch(
      Caller caller, BatchDevice device, OperationKind kind, String key, @Nullable String value) {
    service.patch(
        caller,
        device.id().toString(),
        List.of(new JsonPatchOperation(kind, List.of("labels", key), value)),
        null);
  }

  /**
   * Returns the filter of a resync run for the devices of a list. What a run cannot filter by is
   * replaced by the names of the devices that match now.
   */
  private Map<String, Object> filter(Caller caller, DeviceBatch batch) {
    HardwareListQuery query = batch.query();
    Map<String, Object> filter = new LinkedHashMap<>();
    put(filter, "worker_type", query.workerType());
    put(filter, "hardware_type", query.hardwareType());
    put(filter, "project_id", query.allProjects() ? null : caller.projectId());
    put(filter, "state", query.state() == null ? null : query.state().name());
    put(filter, "selector", query.filter().selector());
    if (query.name() != null) {
      filter.put("names", List.of(query.name()));
    }
    if (!query.filter().isOfLabelsOnly()
        || query.quarantined() != null
        || query.availability() != null) {
      filter.put("names", names(caller, batch));
    }
    return filter;
  }

  private List<String> names(Caller caller, DeviceBatch batch) {
    if (batch.matching() > MOST_NAMES) {
      throw new RequestRefusedException.Invalid(
          "Filters other than name, type, project, worker, state and labels can select at most %d devices for a resync run; %d match."
              .formatted(MOST_NAMES, batch.matching()));
    }
    Map<String, String[]> parameters = new LinkedHashMap<>(batch.parameters());
    parameters.put("limit", new String[] {Integer.toString(MOST_NAMES)});
    List<String> names = new ArrayList<>();
    service
        .list(caller, HardwareListParameters.read(parameters))
        .forEachRemaining(device -> names.add(device.name()));
    return names;
  }

  private static void put(Map<String, Object> filter, String name, @Nullable Object value) {
    if (value != null) {
      filter.put(name, value.toString());
    }
  }

  private DeviceBatch batch(Caller caller, HttpServletRequest request) {
    return DeviceBatch.of(request, caller, service, batches);
  }

  private static BatchAction known(String action) {
    BatchAction known = BatchAction.of(action);
    if (known == null) {
      throw new UnknownPageException();
    }
    return known;
  }
}
