package doni.task;

import doni.backend.BackendException;
import doni.database.TimestampColumns;
import doni.task.TaskStatusReader.TaskStatusRow;
import doni.worker.Finding;
import doni.worker.LanePause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Checks which tasks have not been steady for more than a minute, deleted devices included, and
 * says why, in the words of {@link TaskStatusReader}. Writes nothing.
 */
public final class TaskDiagnostics {

  private static final int MOST_TASKS = 1_000;
  private static final int MOST_FINDINGS = 10;
  private static final int MOST_NAMES = 3;

  private static final String WAITING =
      "select h.uuid, h.name, h.deleted_at is not null as deleted, h.requested_at, "
          + TaskStatusReader.COLUMNS
          + """
           from worker_task_state t join hardware h on h.uuid = t.hardware_uuid
          where t.state <> 'STEADY' and not jsonb_exists(t.state_details, 'would_write') and (h.deleted_at is not null or t.worker_type = any(:enabled))
            and coalesce(t.waiting_since, h.requested_at) < now() - interval '1 minute'
          order by t.state = 'ERROR' desc, h.deleted_at is not null desc,
            coalesce(t.waiting_since, h.requested_at), h.name, t.worker_type
          limit :most
          """;

  private record Trouble(String lane, String reason) {}

  private record TroubledTask(Trouble trouble, String device) {}

  private TaskDiagnostics() {}

  /**
   * Returns one finding for each lane and reason, those of failed tasks first.
   *
   * @param enabledWorkers the types of the enabled workers
   */
  public static List<Finding> look(
      DataSource database, Collection<String> enabledWorkers, Clock clock) {
    JdbcClient jdbc = JdbcClient.create(database);
    boolean hasSchema =
        jdbc.sql("select to_regclass('worker_task_state') is not null")
            .query(Boolean.class)
            .single();
    if (!hasSchema) {
      return List.of(new Finding.Skipped("the database has no schema yet"));
    }
    Map<String, LanePause> pauses = new LanePauseReader(jdbc, clock).current();
    List<Finding> findings = new ArrayList<>(shadow(jdbc));
    Map<Trouble, List<String>> troubles = new LinkedHashMap<>();
    jdbc.sql(WAITING)
        .param("enabled", enabledWorkers.toArray(String[]::new))
        .param("most", MOST_TASKS)
        .query((row, _) -> task(row, enabledWorkers, pauses))
        .list()
        .forEach(task ->
            troubles.computeIfAbsent(task.trouble(), _ -> new ArrayList<>()).add(task.device()));
    findings.addAll(findings(troubles));
    return findings;
  }

  /** Returns one finding for each lane that reports in shadow what it would write. */
  private static List<Finding> shadow(JdbcClient jdbc) {
    return jdbc.sql(ShadowReport.COUNTS).query((row, _) -> shadow(row)).list();
  }

  private static Finding shadow(ResultSet row) throws SQLException {
    return new Finding.Warning(
        "lane %s, in shadow: would create %d, update %d, delete %d for %d devices; nothing is written"
            .formatted(
                row.getString("worker_type"),
                row.getLong("create"),
                row.getLong("update"),
                row.getLong("delete"),
                row.getLong("tasks")),
        "doni plan --all shows each change; to write them, set doni.sync.lanes.%s.drift to enforce"
            .formatted(row.getString("worker_type")));
  }

  private static TroubledTask task(
      ResultSet row, Collection<String> enabledWorkers, Map<String, LanePause> pauses)
      throws SQLException {
    TaskStatusRow task = TaskStatusReader.row(row);
    String lane = task.workerType();
    Optional<String> reason =
        enabledWorkers.contains(lane)
            ? TaskStatusReader.whyNotSteady(
                task, pauses.get(lane), TimestampColumns.instant(row, "requested_at"))
            : Optional.of(TaskStatusReader.WORKER_NOT_ENABLED);
    String name = row.getString("name");
    return new TroubledTask(
        new Trouble(lane, BackendException.withoutCall(reason.orElse("no reason known"))),
        row.getBoolean("deleted") ? name + " (deleted, " + row.getString("uuid") + ")" : name);
  }

  private static List<Finding> findings(Map<Trouble, List<String>> troubles) {
    if (troubles.isEmpty()) {
      return List.of(new Finding.Ok("no device has waited for a worker for more than a minute"));
    }
    List<Finding> findings = new ArrayList<>();
    troubles.entrySet().stream()
        .limit(MOST_FINDINGS)
        .forEach(entry -> findings.add(finding(entry.getKey(), entry.getValue())));
    if (troubles.size() > MOST_FINDINGS) {
      findings.add(
          new Finding.Warning(
              troubles.size() - MOST_FINDINGS + " more reasons are not shown",
              "GET /v1/hardware?state=ERROR&all_projects=true lists the devices that failed"));
    }
    return findings;
  }

  private static Finding finding(Trouble trouble, List<String> devices) {
    int more = devices.size() - MOST_NAMES;
    String names =
        more > 0
            ? String.join(", ", devices.subList(0, MOST_NAMES)) + " and " + more + " more"
            : String.join(", ", devices);
    return new Finding.Warning(
        "lane %s, %s %s: %s"
            .formatted(
                trouble.lane(),
                devices.size() == 1 ? "device" : "devices",
                names,
                trouble.reason()),
        "./doni plan NAME asks the backend now; GET /v1/hardware/NAME/events says what happened");
  }
}
