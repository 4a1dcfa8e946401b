package doni.console;

import doni.api.hardware.HardwareListParameters;
import doni.hardware.HardwareBatchService;
import doni.hardware.HardwareBatchService.BatchDevice;
import doni.hardware.HardwareBatchService.BatchMatch;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareReader;
import doni.hardware.HardwareService;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import jakarta.servlet.http.HttpServletRequest;
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

  static final int MOST = HardwareBatchService.MOST;

  /** Returns whether an action can be done with each device while the browser waits. */
  public boolean fits() {
    return matching <= MOST;
  }

  static DeviceBatch of(
      HttpServletRequest request,
      Caller caller,
      HardwareService service,
      HardwareBatchService batches) {
    Map<String, String[]> parameters = new LinkedHashMap<>(DeviceListPage.parameters(request));
    parameters.remove("marker");
    HardwareListQuery query = HardwareListParameters.read(parameters);
    if (!"all".equals(request.getParameter("scope"))) {
      List<BatchDevice> devices = selected(request, caller, service);
      return new DeviceBatch(false, parameters, query, devices.size(), devices);
    }
    BatchMatch match = batches.match(caller, query);
    return new DeviceBatch(true, parameters, query, match.matching(), match.devices());
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
        .map(id -> BatchDevice.of(service.getDeletedToo(caller, id.toString())))
        .toList();
  }
}
