package doni.readiness;

import doni.enrollment.HardwareId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads when the milestones of devices were reached. */
@Component
class MilestoneReader {

  private record ReachedMilestone(UUID hardware, String workerType, String name, Instant at) {}

  private final JdbcClient jdbc;

  MilestoneReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Returns the times by milestone, by worker type, by device, in one statement. */
  Map<UUID, Map<String, Map<String, Instant>>> of(Collection<HardwareId> ids) {
    return jdbc
        .sql(
            """
            select t.hardware_uuid, t.worker_type, reached.key, reached.value
            from worker_task t, jsonb_each_text(t.milestones) reached
            where t.hardware_uuid = any(?)
            """)
        .param(ids.stream().map(HardwareId::value).toArray(UUID[]::new))
        .query((row, _) ->
            new ReachedMilestone(
                row.getObject("hardware_uuid", UUID.class),
                row.getString("worker_type"),
                row.getString("key"),
                OffsetDateTime.parse(row.getString("value")).toInstant()))
        .list()
        .stream()
        .collect(
            Collectors.groupingBy(
                ReachedMilestone::hardware,
                Collectors.groupingBy(
                    ReachedMilestone::workerType,
                    Collectors.toMap(ReachedMilestone::name, ReachedMilestone::at))));
  }
}
