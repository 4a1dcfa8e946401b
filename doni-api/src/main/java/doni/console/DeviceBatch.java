package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.enrollment.HardwareId;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.hardware.HardwareSummaryService;
import doni.hardware.HardwareView;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The devices of a batch: those that were selected, or all that match the filters of a list.
 *
 * @param everyMatch whether all that match are meant, not only the devices of one page
 * @param query the filters, as those of the list
 * @param matching how many devices are meant
 * @param devices in their order; at most {@value #MOST}
 */
record DeviceBatch(
    boolean everyMatch,
    Map<String, String[]> parameters,
    HardwareListQuery query,
    long matching,
    List<BatchDevice> devices) {

  /** More would keep a browser waiting; a resync run has no limit. */
  static final int MOST = 500;

  /** A device of a batch. */
  record BatchDevice(HardwareId id, String name, Map<String, String> labels) {}

  /** Returns whether an action can be done with each device while the browser waits. */
  public boolean fits() {
    return matching <= MOST;
  }

  static DeviceBatch of(
      HttpServletRequest request,
      Caller caller,
      HardwareService service,
      HardwareSummaryService summaries) {
    Map<String, String[]> parameters = new LinkedHashMap<>(DeviceListPage.parameters(request));
    parameters.remove("marker");
    HardwareListQuery query = HardwareListParameters.read(parameters);
    if (!"all".equals(request.getParameter("scope"))) {
      List<BatchDevice> devices = selected(request, caller, service);
      return new DeviceBatch(false, parameters, query, devices.size(), devices);
    }
    long matching = summaries.summarize(caller, query).total();
    parameters.put("limit", new String[] {Integer.toString(MOST)});
    HardwareService.Page page = service.list(caller, HardwareListParameters.read(parameters));
    parameters.remove("limit");
    List<BatchDevice> devices = new ArrayList<>();
    page.forEachRemaining(device -> devices.add(device(device)));
    return new DeviceBatch(true, parameters, query, matching, List.copyOf(devices));
  }

  private static List<BatchDevice> selected(
      HttpServletRequest request, Caller caller, HardwareService service) {
    String @Nullable [] values = request.getParameterValues("device");
    Set<String> refs = values == null ? Set.of() : new LinkedHashSet<>(Arrays.asList(values));
    if (refs.size() > MOST) {
      throw new RequestRefusedException.Invalid("device: must be given at most " + MOST + " times");
    }
    return refs.stream()
        .map(ref ->
            HardwareReader.uuid(ref)
                .orElseThrow(() -> RequestRefusedException.NotFound.hardware("that is selected")))
        .map(id -> device(service.getDeletedToo(caller, id.toString())))
        .toList();
  }

  private static BatchDevice device(HardwareView device) {
    return new BatchDevice(device.id(), device.name(), device.labels());
  }
}
