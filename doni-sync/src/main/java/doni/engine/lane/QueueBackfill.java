package doni.engine.lane;

import doni.database.TimestampColumns;
import doni.hardwaretype.HardwareTypes;
import doni.task.LanePartition;
import doni.task.QueuePriority;
import doni.task.ShadowReport;
import doni.worker.HardwareType;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Checks and completes the queues when a replica starts. */
final class QueueBackfill {

  private final JdbcClient jdbc;
  private final Map<String, List<String>> workersByType;
  private final Clock clock;

  /**
   * @param workersByType the enabled workers of each hardware type
   */
  QueueBackfill(JdbcClient jdbc, Map<String, List<String>> workersByType, Clock clock) {
    this.jdbc = jdbc;
    this.workersByType = workersByType;
    this.clock = clock;
  }

  static QueueBackfill of(JdbcClient jdbc, HardwareTypes types, Clock clock) {
    Map<String, List<String>> workersByType = new LinkedHashMap<>();
    for (HardwareType type : types.all()) {
      workersByType.put(type.name(), types.workersOf(type.name()));
    }
    return new QueueBackfill(jdbc, workersByType, clock);
  }

  /**
   * Adds the tasks and queue rows that are missing because a worker was enabled after devices were
   * enrolled. Rows are inserted in one order, so that two replicas that start together do not
   * deadlock.
   *
   * @return the number of queue rows added
   */
  int addMissing() {
    int added = 0;
    for (Map.Entry<String, List<String>> type : workersByType.entrySet()) {
      String[] workers = type.getValue().toArray(String[]::new);
      jdbc.sql(
              """
              insert into worker_task (hardware_uuid, worker_type)
              select h.uuid, w.name from hardware h cross join unnest(:workers) as w(name)
              where h.hardware_type = :type and h.deleted_at is null and not exists (
                select from worker_task t where t.hardware_uuid = h.uuid and t.worker_type = w.name)
              order by h.uuid, w.name
              on conflict do nothing
              """)
          .param("workers", workers)
          .param("type", type.getKey())
          .update();
      added += enqueueMissing(workers);
    }
    return added;
  }

  private int enqueueMissing(String[] workers) {
    return jdbc.sql(
            """
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select t.worker_type, t.hardware_uuid::text, :now, false, 1, :priority from worker_task t
            where t.worker_type = any(:workers) and not exists (
              select from scheduled_tasks q
              where q.task_name = t.worker_type and q.task_instance = t.hardware_uuid::text)
            order by t.hardware_uuid, t.worker_type
            on conflict (task_name, task_instance) do nothing
            """)
        .param("now", now())
        .param("priority", QueuePriority.BACKGROUND)
        .param("workers", workers)
        .update();
  }

  /**
   * Makes the tasks of a lane due that were reported and not written while it was in shadow.
   *
   * @return the number of tasks made due
   */
  int requeueShadowed(String workerType) {
    return jdbc.sql(
            """
            update %s q set execution_time = :now, priority = :priority from worker_task t
            where t.worker_type = :worker and t.outcome = 'DEFERRED'
              and jsonb_exists(t.state_details, :report)
              and q.task_name = :worker and q.task_instance = t.hardware_uuid::text
              and not q.picked and q.execution_time > :now
            """
                .formatted(LanePartition.of(workerType).name()))
        .param("now", now())
        .param("priority", QueuePriority.BACKGROUND)
        .param("worker", workerType)
        .param("report", ShadowReport.WOULD_WRITE)
        .update();
  }

  /**
   * Brings tasks of a lane forward that were scheduled under a longer resync interval, at random
   * times within the present one. Deferred tasks keep the time that their worker asked for.
   *
   * @return the number of tasks brought forward
   */
  int bringForward(String workerType, Duration resyncInterval) {
    return jdbc.sql(
            """
            with late as (
              select t.hardware_uuid, q.task_instance,
                cast(:now as timestamptz) + random() * cast(:seconds as float8) * interval '1 second' as due
              from worker_task t join %1$s q on q.task_name = t.worker_type and q.task_instance = t.hardware_uuid::text
              where t.worker_type = :worker and t.outcome <> 'DEFERRED' and not q.picked
                and q.execution_time > cast(:now as timestamptz) + 1.2 * cast(:seconds as float8) * interval '1 second'
              for update of q skip locked),
            shown as (
              update worker_task t set next_attempt_at = late.due from late
              where t.hardware_uuid = late.hardware_uuid and t.worker_type = :worker)
            update %1$s q set execution_time = late.due from late
            where q.task_name = :worker and q.task_instance = late.task_instance
            """
                .formatted(LanePartition.of(workerType).name()))
        .param("now", now())
        .param("seconds", resyncInterval.toMillis() / 1_000.0)
        .param("worker", workerType)
        .update();
  }

  /** Returns the workers among these for which the database has no queue partition. */
  List<String> withoutPartition(Collection<String> workerTypes) {
    return workerTypes.stream()
        .filter(type ->
            !jdbc.sql("select to_regclass(?) is not null")
                .param(LanePartition.of(type).name())
                .query(Boolean.class)
                .single())
        .toList();
  }

  private OffsetDateTime now() {
    return TimestampColumns.timestamp(clock.instant());
  }
}
