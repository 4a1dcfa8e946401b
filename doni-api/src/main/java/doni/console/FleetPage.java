package doni.console;

import doni.availability.DeviceAvailabilityReader.ReportedIncident;
import doni.enrollment.HardwareId;
import doni.event.HardwareEvent;
import doni.hardware.HardwareListQuery;
import doni.hardware.HardwareListQuery.SortKey;
import doni.hardware.HardwareSummary;
import doni.task.TaskState;
import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the page of the fleet shows.
 *
 * @param everyProject whether the devices of every project are counted, or those of the caller's
 * @param live of the devices that are not deleted
 * @param deleting deleted devices that are still being cleaned up
 * @param recent what changed in the last hour, newest first
 * @param names of the devices of these events
 * @param incidents those that last
 */
record FleetPage(
    boolean everyProject,
    HardwareSummary live,
    long deleting,
    List<LaneRow> lanes,
    List<HardwareEvent> recent,
    Map<HardwareId, String> names,
    List<ReportedIncident> incidents) {

  /**
   * One lane.
   *
   * @param tasks how many tasks are in each state
   * @param pause why the lane starts no attempts; null while it does
   */
  record LaneRow(String workerType, Map<TaskState, Long> tasks, @Nullable LanePause pause) {}

  /**
   * @param summaries counts the devices of a query, for the caller
   * @param pauses of the lanes that are paused, by worker type
   */
  static FleetPage of(
      boolean everyProject,
      Function<HardwareListQuery, HardwareSummary> summaries,
      Map<String, LanePause> pauses,
      List<HardwareEvent> recent,
      Map<HardwareId, String> names,
      List<ReportedIncident> incidents) {
    HardwareSummary live = summaries.apply(query(everyProject, false));
    TreeSet<String> workers = new TreeSet<>(live.workers().keySet());
    workers.addAll(pauses.keySet());
    List<LaneRow> lanes = new ArrayList<>();
    for (String worker : workers) {
      lanes.add(
          new LaneRow(worker, live.workers().getOrDefault(worker, Map.of()), pauses.get(worker)));
    }
    return new FleetPage(
        everyProject,
        live,
        summaries.apply(query(everyProject, true)).total(),
        List.copyOf(lanes),
        recent,
        names,
        incidents);
  }

  /** Returns how many devices have a task that failed. */
  public long failing() {
    return live.states().getOrDefault(TaskState.ERROR, 0L);
  }

  private static HardwareListQuery query(boolean everyProject, boolean deleted) {
    return new HardwareListQuery(
        everyProject, null, null, null, null, null, deleted, SortKey.CREATED_AT, false, 0, null);
  }
}
