package doni.hardware;

import doni.availability.DeviceAvailability;
import doni.availability.DeviceAvailabilityReader;
import doni.enrollment.HardwareId;
import doni.policy.PolicyTarget;
import doni.task.TaskStatusReader;
import doni.task.TaskStatusReader.TaskStatusRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Hardware with its tasks as one statement reads them: nothing is decrypted or parsed yet.
 *
 * @param published null if nothing was ever reported about it
 */
record StoredHardware(
    HardwareRow row, List<TaskStatusRow> tasks, @Nullable DeviceAvailability published) {

  /**
   * The columns and tables that {@link #of} reads, without the condition. The first parameter is
   * {@link DeviceAvailabilityReader#blind}.
   */
  static final String SELECT =
      "select "
          + HardwareRow.COLUMNS
          + ", "
          + TaskStatusReader.COLUMNS
          + ", "
          + DeviceAvailabilityReader.COLUMNS
          + " from hardware h"
          + DeviceAvailabilityReader.JOIN
          + "left join worker_task_state t on t.hardware_uuid = h.uuid where ";

  /** Reads one row for each task; empty if there is no row. */
  static Optional<StoredHardware> of(ResultSet result) throws SQLException {
    HardwareRow hardware = null;
    DeviceAvailability published = null;
    List<TaskStatusRow> tasks = new ArrayList<>();
    while (result.next()) {
      if (hardware == null) {
        hardware = HardwareRow.of(result);
        published = DeviceAvailabilityReader.published(result);
      }
      if (result.getString("worker_type") != null) {
        tasks.add(TaskStatusReader.row(result));
      }
    }
    // Equal hardware has to be read as an equal record, whatever the plan of the statement.
    tasks.sort(Comparator.comparing(TaskStatusRow::workerType));
    return hardware == null
        ? Optional.empty()
        : Optional.of(new StoredHardware(hardware, tasks, published));
  }

  HardwareId id() {
    return new HardwareId(row.uuid());
  }

  /** Returns whether it responds. */
  DeviceAvailability availability() {
    return published == null ? DeviceAvailability.neverSeen(row.createdAt()) : published;
  }

  /**
   * Returns what its version depends on: all of it, except when the device was last seen, which
   * moves while nothing changes.
   */
  String versioned() {
    StringBuilder text = new StringBuilder().append(row).append(tasks);
    if (published != null) {
      text.append(published.status())
          .append(published.since())
          .append(published.reason())
          .append(published.observed());
    }
    return text.toString();
  }

  /** What a policy rule may compare with. */
  Map<String, String> target() {
    return PolicyTarget.device(
        row.uuid().toString(), row.name(), row.projectId(), row.hardwareType());
  }
}
