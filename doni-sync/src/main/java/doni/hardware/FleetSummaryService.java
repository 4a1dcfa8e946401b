package doni.hardware;

import doni.hardwaretype.HardwareTypes;
import doni.policy.Caller;
import doni.task.LanePauseReader;
import doni.task.TaskState;
import doni.worker.HardwareType;
import doni.worker.LanePause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Counts the devices and tasks of the projects that a caller may see. */
@Service
public class FleetSummaryService {

  /**
   * The counts of a fleet.
   *
   * @param everyProject whether the devices of every project are counted, or those of the caller's
   * @param devices live devices
   * @param unsteady live devices with a task that is not steady
   * @param quarantined live devices in quarantine
   * @param deleting deleted devices that are still being cleaned up
   * @param lanes the lane of each enabled worker, by worker type
   */
  public record FleetSummary(
      boolean everyProject,
      long devices,
      long unsteady,
      long quarantined,
      long deleting,
      List<LaneSummary> lanes) {

    public FleetSummary {
      lanes = List.copyOf(lanes);
    }
  }

  /**
   * The tasks of one lane.
   *
   * @param tasks how many tasks of live devices are in each state; every state is present
   * @param pause why the lane starts no attempts; null while it does
   */
  public record LaneSummary(
      String workerType, Map<TaskState, Long> tasks, @Nullable LanePause pause) {

    public LaneSummary {
      tasks = Map.copyOf(tasks);
    }
  }

  private static final String DEVICES =
      """
      select count(*) filter (where deleted_at is null) as devices,
        count(*) filter (where deleted_at is null and quarantined_at is not null) as quarantined,
        count(*) filter (where deleted_at is not null) as deleting
      from hardware where cast(:project as text) is null or project_id = :project
      """;

  private static final String TASKS =
      """
      select t.worker_type, t.state, count(*) as tasks
      from worker_task_state t join hardware h on h.uuid = t.hardware_uuid
      where h.deleted_at is null and (cast(:project as text) is null or h.project_id = :project)
      group by t.worker_type, t.state
      """;

  private static final String UNSTEADY =
      """
      select count(distinct h.uuid)
      from worker_task_state t join hardware h on h.uuid = t.hardware_uuid
      where h.deleted_at is null and t.state <> 'STEADY' and t.worker_type = any(:enabled)
        and (cast(:project as text) is null or h.project_id = :project)
      """;

  private final HardwareAccess access;
  private final HardwareTypes types;
  private final LanePauseReader pauses;
  private final JdbcClient jdbc;

  FleetSummaryService(
      HardwareAccess access, HardwareTypes types, LanePauseReader pauses, JdbcClient jdbc) {
    this.access = access;
    this.types = types;
    this.pauses = pauses;
    this.jdbc = jdbc;
  }

  /** Returns the counts, of every project if the caller may see the devices of every project. */
  public FleetSummary of(Caller caller) {
    boolean everyProject = access.allowsForAll("hardware:get", caller);
    if (!everyProject) {
      access.enforceForProject("hardware:get", caller);
    }
    String project = everyProject ? null : caller.projectId();
    List<LaneSummary> lanes = lanes(project);
    long unsteady =
        jdbc.sql(UNSTEADY)
            .param("project", project)
            .param("enabled", lanes.stream().map(LaneSummary::workerType).toArray(String[]::new))
            .query(Long.class)
            .single();
    return jdbc.sql(DEVICES)
        .param("project", project)
        .query((row, _) ->
            new FleetSummary(
                everyProject,
                row.getLong("devices"),
                unsteady,
                row.getLong("quarantined"),
                row.getLong("deleting"),
                lanes))
        .single();
  }

  private List<LaneSummary> lanes(@Nullable String project) {
    Map<String, Map<TaskState, Long>> tasks = new HashMap<>();
    jdbc.sql(TASKS)
        .param("project", project)
        .query(row -> {
          tasks
              .computeIfAbsent(row.getString("worker_type"), _ -> new EnumMap<>(TaskState.class))
              .put(TaskState.valueOf(row.getString("state")), row.getLong("tasks"));
        });
    TreeSet<String> enabled = new TreeSet<>();
    types.all().stream()
        .map(HardwareType::name)
        .forEach(type -> enabled.addAll(types.workersOf(type)));
    Map<String, LanePause> paused = pauses.current();
    List<LaneSummary> lanes = new ArrayList<>();
    for (String worker : enabled) {
      Map<TaskState, Long> counts = new EnumMap<>(TaskState.class);
      for (TaskState state : TaskState.values()) {
        counts.put(state, tasks.getOrDefault(worker, Map.of()).getOrDefault(state, 0L));
      }
      lanes.add(new LaneSummary(worker, counts, paused.get(worker)));
    }
    lanes.sort(Comparator.comparing(LaneSummary::workerType));
    return lanes;
  }
}
