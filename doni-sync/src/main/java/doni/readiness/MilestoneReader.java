package doni.readiness;

import doni.enrollment.HardwareId;
import doni.worker.Outcome.BlockedBy;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads when the milestones of devices were reached, and what blocks their tasks. */
@Component
class MilestoneReader {

  /**
   * What is recorded of one task.
   *
   * @param reachedAt when each milestone was reached, by its name
   * @param blockedBy where the cause lies that blocks the task; null where none does, and before
   *     the first attempt on the newest generation
   */
  record TaskProgress(Map<String, Instant> reachedAt, @Nullable BlockedBy blockedBy) {

    static final TaskProgress NONE = new TaskProgress(Map.of(), null);
  }

  private record ProgressRow(
      UUID hardware,
      String workerType,
      @Nullable String blockedBy,
      @Nullable String name,
      @Nullable String at) {}

  private final JdbcClient jdbc;

  MilestoneReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Returns the progress by worker type, by device, in one statement. */
  Map<UUID, Map<String, TaskProgress>> of(Collection<HardwareId> ids) {
    Map<UUID, Map<String, TaskProgress>> all = new HashMap<>();
    jdbc.sql(
            """
            select t.hardware_uuid, t.worker_type, reached.key, reached.value,
              case when not r.unattempted then t.blocked_by end as blocked_by
            from worker_task t join worker_task_at_rest r using (hardware_uuid, worker_type)
            left join lateral jsonb_each_text(t.milestones) reached on true
            where t.hardware_uuid = any(?)
            """)
        .param(ids.stream().map(HardwareId::value).toArray(UUID[]::new))
        .query((row, _) ->
            new ProgressRow(
                row.getObject("hardware_uuid", UUID.class),
                row.getString("worker_type"),
                row.getString("blocked_by"),
                row.getString("key"),
                row.getString("value")))
        .list()
        .forEach(row ->
            all.computeIfAbsent(row.hardware(), _ -> new HashMap<>())
                .merge(row.workerType(), progress(row), MilestoneReader::merged));
    return all;
  }

  private static TaskProgress progress(ProgressRow row) {
    return new TaskProgress(
        row.name() == null || row.at() == null
            ? Map.of()
            : Map.of(row.name(), OffsetDateTime.parse(row.at()).toInstant()),
        row.blockedBy() == null ? null : BlockedBy.valueOf(row.blockedBy()));
  }

  private static TaskProgress merged(TaskProgress one, TaskProgress other) {
    Map<String, Instant> reachedAt = new HashMap<>(one.reachedAt());
    reachedAt.putAll(other.reachedAt());
    return new TaskProgress(reachedAt, one.blockedBy());
  }
}
