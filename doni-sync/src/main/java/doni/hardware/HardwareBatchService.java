package doni.hardware;

import doni.enrollment.HardwareId;
import doni.policy.Caller;
import doni.request.RequestRefusedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/**
 * Does something with each of many devices, for the API and the console. The use case of one device
 * decides about each, in a transaction of its own: one that is refused does not stop the others.
 */
@Service
public class HardwareBatchService {

  /** More would keep a client waiting; a resync run has no limit. */
  public static final int MOST = 500;

  private final HardwareService hardware;
  private final HardwareSummaryService summaries;
  private final QuarantineService quarantines;

  HardwareBatchService(
      HardwareService hardware, HardwareSummaryService summaries, QuarantineService quarantines) {
    this.hardware = hardware;
    this.summaries = summaries;
    this.quarantines = quarantines;
  }

  /** A device of a batch. */
  public record BatchDevice(HardwareId id, String name, Map<String, String> labels) {

    public static BatchDevice of(HardwareView device) {
      return new BatchDevice(device.id(), device.name(), device.labels());
    }
  }

  /**
   * The devices that match a query.
   *
   * @param matching how many match
   * @param devices in their order; at most {@link #MOST}
   */
  public record BatchMatch(long matching, List<BatchDevice> devices) {

    public BatchMatch {
      devices = List.copyOf(devices);
    }

    /** Returns whether an action can be done with each device while the client waits. */
    public boolean fits() {
      return matching <= MOST;
    }
  }

  /**
   * What became of a device.
   *
   * @param refusal null if the action was done
   */
  public record BatchResult(BatchDevice device, @Nullable String refusal) {}

  /** Returns the devices that match a query; its limit and its marker do not count. */
  public BatchMatch match(Caller caller, HardwareListQuery query) {
    return new BatchMatch(summaries.summarize(caller, query).total(), first(caller, query));
  }

  private List<BatchDevice> first(Caller caller, HardwareListQuery query) {
    List<BatchDevice> devices = new ArrayList<>();
    hardware
        .list(caller, query.firstPage(MOST))
        .forEachRemaining(device -> devices.add(BatchDevice.of(device)));
    return devices;
  }

  /** Does something with each device, and goes on after a refusal. */
  public List<BatchResult> forEach(Collection<BatchDevice> devices, Consumer<BatchDevice> action) {
    List<BatchResult> results = new ArrayList<>();
    for (BatchDevice device : devices) {
      try {
        action.accept(device);
        results.add(new BatchResult(device, null));
      } catch (RequestRefusedException e) {
        results.add(new BatchResult(device, String.valueOf(e.getMessage())));
      }
    }
    return List.copyOf(results);
  }

  /** Quarantines devices; those in quarantine get the new reason. */
  public List<BatchResult> quarantine(
      Caller caller, Collection<BatchDevice> devices, @Nullable String reason) {
    return forEach(devices, device -> quarantines.begin(caller, device.id().toString(), reason));
  }

  /** Releases devices; nothing changes for those that are not in quarantine. */
  public List<BatchResult> release(Caller caller, Collection<BatchDevice> devices) {
    return forEach(devices, device -> quarantines.end(caller, device.id().toString()));
  }

  /**
   * Quarantines all devices that match a query. A query without a filter is refused, because a slip
   * must not reach every device.
   *
   * @throws RequestRefusedException.Invalid if there is no filter, or more than {@link #MOST} match
   */
  public List<BatchResult> quarantineAll(
      Caller caller, HardwareListQuery query, @Nullable String reason) {
    return quarantine(caller, fitting(caller, query), reason);
  }

  /**
   * Releases all devices that match a query.
   *
   * @throws RequestRefusedException.Invalid if there is no filter, or more than {@link #MOST} match
   */
  public List<BatchResult> releaseAll(Caller caller, HardwareListQuery query) {
    return release(caller, fitting(caller, query));
  }

  private List<BatchDevice> fitting(Caller caller, HardwareListQuery query) {
    long matching = summaries.summarize(caller, query).total();
    if (!query.isFiltered()) {
      throw new RequestRefusedException.Invalid(
          "no filter: at least one must be set, such as selector, q or name");
    }
    if (matching > MOST) {
      throw new RequestRefusedException.Invalid(
          "%d devices match, and a request takes at most %d; narrow the filter"
              .formatted(matching, MOST));
    }
    return first(caller, query);
  }
}
