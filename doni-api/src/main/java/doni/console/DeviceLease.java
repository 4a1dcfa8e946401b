package doni.console;

import doni.convergence.StateDetails;
import doni.hardware.HardwareView;
import doni.task.WorkerReport;
import doni.worker.SharedNames;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A lease of users that reserves a device, now or later, as the Blazar worker last saw it.
 *
 * @param id in Blazar
 * @param status {@code pending}, {@code active}, {@code changing} or {@code error}
 */
record DeviceLease(String id, Instant start, Instant end, String status) {

  private static final Set<String> STATUSES = Set.of("pending", "active", "changing", "error");
  private static final Set<String> WORKERS =
      Set.of(SharedNames.BLAZAR_DEVICE, SharedNames.BLAZAR_HOST);

  /**
   * Returns the leases of a device, the first one first; entries that cannot be read are skipped.
   */
  static List<DeviceLease> of(HardwareView device) {
    List<DeviceLease> leases = new ArrayList<>();
    for (WorkerReport report : device.workers()) {
      if (WORKERS.contains(report.workerType())
          && report.stateDetails().get(SharedNames.USER_LEASES) instanceof List<?> recorded) {
        recorded.forEach(lease -> read(lease).ifPresent(leases::add));
      }
    }
    return leases.stream().sorted(Comparator.comparing(DeviceLease::start)).toList();
  }

  private static Optional<DeviceLease> read(Object recorded) {
    StateDetails lease =
        new StateDetails(new StateDetails(Map.of("lease", recorded)).object("lease"));
    String status = lease.text(SharedNames.LEASE_STATUS).orElse("");
    return lease
        .instant(SharedNames.LEASE_START)
        .flatMap(start ->
            lease
                .instant(SharedNames.LEASE_END)
                .filter(start::isBefore)
                .map(end ->
                    new DeviceLease(
                        lease.text(SharedNames.LEASE_ID).orElse(""),
                        start,
                        end,
                        STATUSES.contains(status) ? status : "changing")));
  }
}
