package doni.hardware;

import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.task.TaskState;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Numbers of devices, by what they have in common.
 *
 * @param total of all devices that are counted
 * @param quarantined of those in quarantine
 * @param availability by whether they respond
 * @param states by the state of some task: a device with tasks in two states counts in both, as in
 *     lists
 * @param workers by worker and by the state of its task
 * @param machineTypes of devices that have one
 * @param labels by the key of a label, the most frequent keys first
 */
public record HardwareSummary(
    long total,
    long quarantined,
    Map<AvailabilityStatus, Long> availability,
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
    private final Map<AvailabilityStatus, Long> availability = none(AvailabilityStatus.class);
    private final Map<TaskState, Long> states = none(TaskState.class);
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

    void availability(AvailabilityStatus status, long count) {
      availability.put(status, count);
    }

    void state(TaskState state, long count) {
      states.put(state, count);
    }

    void worker(String workerType, TaskState state, long count) {
      workers.computeIfAbsent(workerType, _ -> none(TaskState.class)).put(state, count);
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
          total,
          quarantined,
          availability,
          states,
          workers,
          hardwareTypes,
          machineTypes,
          projects,
          labels);
    }

    private static <K extends Enum<K>> Map<K, Long> none(Class<K> keys) {
      Map<K, Long> counts = new EnumMap<>(keys);
      for (K key : keys.getEnumConstants()) {
        counts.put(key, 0L);
      }
      return counts;
    }
  }
}
