package doni.resync;

import doni.hardware.LabelSelector;
import doni.task.TaskState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Selects the tasks of a {@link ResyncRun}; a member that is null or empty matches all.
 *
 * @param state only tasks that are in this state when the run begins
 * @param names only live devices of these names, in whatever letter case; kept lower-cased and
 *     sorted, so that equal filters are equal
 * @param selector only devices whose labels match when the run begins
 */
record ResyncFilter(
    @Nullable String workerType,
    @Nullable String hardwareType,
    @Nullable String projectId,
    @Nullable TaskState state,
    List<String> names,
    @Nullable LabelSelector selector) {

  /** Creates a filter without a selector. */
  ResyncFilter(
      @Nullable String workerType,
      @Nullable String hardwareType,
      @Nullable String projectId,
      @Nullable TaskState state,
      List<String> names) {
    this(workerType, hardwareType, projectId, state, names, null);
  }

  /** Matches all tasks. */
  public static final ResyncFilter ALL = new ResyncFilter(null, null, null, null, List.of());

  public ResyncFilter {
    TreeSet<String> sorted = new TreeSet<>();
    names.forEach(name -> sorted.add(name.toLowerCase(Locale.ROOT)));
    names = List.copyOf(sorted);
  }

  /** Returns the members as clients see them, without those that match all. */
  public Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    put(members, "worker_type", workerType);
    put(members, "hardware_type", hardwareType);
    put(members, "project_id", projectId);
    put(members, "state", state == null ? null : state.name());
    put(members, "names", names.isEmpty() ? null : names);
    put(members, "selector", selector == null ? null : selector.toString());
    return members;
  }

  private static void put(Map<String, Object> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
  }
}
