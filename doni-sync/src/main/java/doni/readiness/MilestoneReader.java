package doni.readiness;

import doni.enrollment.HardwareId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads when the milestones of a device were reached. */
@Component
class MilestoneReader {

  private record ReachedMilestone(String workerType, String name, Instant at) {}

  private final JdbcClient jdbc;

  MilestoneReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Returns the times by milestone, by worker type. */
  Map<String, Map<String, Instant>> of(HardwareId id) {
    return jdbc
        .sql(
            """
            select t.worker_type, reached.key, reached.value from worker_task t, jsonb_each_text(t.milestones) reached
            where t.hardware_uuid = ?
            """)
        .param(id.value())
        .query((row, _) ->
            new ReachedMilestone(
                row.getString("worker_type"),
                row.getString("key"),
                OffsetDateTime.parse(row.getString("value")).toInstant()))
        .list()
        .stream()
        .collect(
            Collectors.groupingBy(
                ReachedMilestone::workerType,
                Collectors.toMap(ReachedMilestone::name, ReachedMilestone::at)));
  }
}
