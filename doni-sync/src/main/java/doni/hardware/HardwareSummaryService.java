package doni.hardware;

import com.github.benmanes.caffeine.cache.Ticker;
import doni.availability.DeviceAvailability.AvailabilityStatus;
import doni.policy.Caller;
import doni.task.TaskState;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Counts the devices of a list, for callers who may see the list. */
@Service
public class HardwareSummaryService {

  /** A site has few of the other groups, but owners choose the keys of labels. */
  static final int MAX_LABELS = 100;

  /** One statement, so that all numbers are of the same moment. */
  private static final String SUMMARY =
      """
      with selected as materialized (
        select h.uuid, h.project_id, h.hardware_type, h.properties ->> 'machine_name' as machine_type, h.labels,
          h.quarantined_at is not null as quarantined
        from hardware h where {condition}),
      task as materialized (
        select t.hardware_uuid, t.worker_type, t.state
        from selected s join worker_task_state t on t.hardware_uuid = s.uuid)
      select 'total' as kind, null as name, null as state, count(*) as devices from selected
      union all select 'quarantined', null, null, count(*) from selected where quarantined
      union all select 'availability', coalesce(a.availability, 'NEVER_SEEN'), null, count(*)
        from selected s left join device_availability a on a.hardware_uuid = s.uuid
        group by coalesce(a.availability, 'NEVER_SEEN')
      union all select 'state', null, state, count(*) from (select distinct hardware_uuid, state from task) each_state
        group by state
      union all select 'worker', worker_type, state, count(*) from task group by worker_type, state
      union all select 'hardware_type', hardware_type, null, count(*) from selected group by hardware_type
      union all select 'machine_type', machine_type, null, count(*) from selected
        where machine_type is not null group by machine_type
      union all select 'project', project_id, null, count(*) from selected group by project_id
      union all select * from (
        select 'label', key, null, count(*) as labeled from selected, jsonb_object_keys(labels) key
        group by key order by labeled desc, key limit {labels}) label
      order by kind, devices desc, name
      """;

  private final JdbcClient jdbc;
  private final HardwareAccess access;
  private final HardwareListReader lists;
  private final RecentSummaries recent = new RecentSummaries(Ticker.systemTicker());

  HardwareSummaryService(JdbcClient jdbc, HardwareAccess access, HardwareListReader lists) {
    this.jdbc = jdbc;
    this.access = access;
    this.lists = lists;
  }

  /**
   * Counts the devices that a list of the same query has, without its limit and its marker.
   *
   * @throws doni.request.RequestRefusedException.Forbidden if the caller may not see that list
   */
  public HardwareSummary summarize(Caller caller, HardwareListQuery query) {
    return count(question(caller, query));
  }

  /**
   * Returns the same numbers for callers who look at them and decide nothing by them: those of many
   * devices may be up to 30 s old.
   *
   * @throws doni.request.RequestRefusedException.Forbidden if the caller may not see that list
   */
  public HardwareSummary recent(Caller caller, HardwareListQuery query) {
    RecentSummaries.Question question = question(caller, query);
    return recent.get(question, () -> count(question));
  }

  private RecentSummaries.Question question(Caller caller, HardwareListQuery query) {
    @Nullable String projectId = access.enforceForList(caller, query);
    lists.refuseUnknownProperties(query.filter(), false);
    return new RecentSummaries.Question(projectId, query);
  }

  private HardwareSummary count(RecentSummaries.Question question) {
    HardwareQuerySql selected = HardwareQuerySql.unordered(question.query(), question.projectId());
    HardwareSummary.SummaryBuilder summary = new HardwareSummary.SummaryBuilder();
    String sql =
        SUMMARY
            .replace("{labels}", Integer.toString(MAX_LABELS))
            .replace("{condition}", selected.condition());
    jdbc.sql(sql)
        .params(selected.parameters())
        .query(row -> {
          add(row, summary);
        });
    return summary.build();
  }

  private static void add(ResultSet row, HardwareSummary.SummaryBuilder summary)
      throws SQLException {
    String name = row.getString("name");
    long devices = row.getLong("devices");
    switch (row.getString("kind")) {
      case "total" -> summary.total(devices);
      case "quarantined" -> summary.quarantined(devices);
      case "availability" -> summary.availability(AvailabilityStatus.valueOf(name), devices);
      case "state" -> summary.state(TaskState.valueOf(row.getString("state")), devices);
      case "worker" -> summary.worker(name, TaskState.valueOf(row.getString("state")), devices);
      case "hardware_type" -> summary.hardwareType(name, devices);
      case "machine_type" -> summary.machineType(name, devices);
      case "project" -> summary.project(name, devices);
      default -> summary.label(name, devices);
    }
  }
}
