package doni.hardware;

import doni.task.TaskState;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers of devices, by what they have in common.
 *
 * @param total of all devices that are counted
 * @param quarantined of those in quarantine
 * @param states by the state of some task: a device with tasks in two states counts in both, as in
 *     lists
 * @param workers by worker and by the state of its task
 * @param machineTypes of devices that have one
 * @param labels by the key of a label, the most frequent keys first
 */
public record HardwareSummary(
    long total,
    long quarantined,
    Map<TaskState, Long> states,
    Map<String, Map<TaskState, Long>> workers,
    Map<String, Long> hardwareTypes,
    Map<String, Long> machineTypes,
    Map<String, Long> projects,
    Map<String, Long> labels) {

  /** Collects the groups of a summary. */
  static final class SummaryBuilder {

    private long total;
    private long quarantined;
    private final Map<TaskState, Long> states = none();
    private final Map<String, Map<TaskState, Long>> workers = new LinkedHashMap<>();
    private final Map<String, Long> hardwareTypes = new LinkedHashMap<>();
    private final Map<String, Long> machineTypes = new LinkedHashMap<>();
    private final Map<String, Long> projects = new LinkedHashMap<>();
    private final Map<String, Long> labels = new LinkedHashMap<>();

    void total(long count) {
      total = count;
    }

    void quarantined(long count) {
      quarantined = count;
    }

    void state(TaskState state, long count) {
      states.put(state, count);
    }

    void worker(String workerType, TaskState state, long count) {
      workers.computeIfAbsent(workerType, _ -> none()).put(state, count);
    }

    void hardwareType(String type, long count) {
      hardwareTypes.put(type, count);
    }

    void machineType(String type, long count) {
      machineTypes.put(type, count);
    }

    void project(String projectId, long count) {
      projects.put(projectId, count);
    }

    void label(String key, long count) {
      labels.put(key, count);
    }

    HardwareSummary build() {
      return new HardwareSummary(
          total, quarantined, states, workers, hardwareTypes, machineTypes, projects, labels);
    }

    private static Map<TaskState, Long> none() {
      Map<TaskState, Long> counts = new EnumMap<>(TaskState.class);
      for (TaskState state : TaskState.values()) {
        counts.put(state, 0L);
      }
      return counts;
    }
  }
}
