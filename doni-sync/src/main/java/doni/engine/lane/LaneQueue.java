package doni.engine.lane;

import doni.enrollment.HardwareId;
import doni.task.LanePartition;
import doni.task.QueuePriority;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Writes to the queues from outside an attempt.
 *
 * <p>A picked row is never touched here: it belongs to the attempt, which compares the generation
 * when it ends.
 */
public final class LaneQueue {

  private final JdbcClient jdbc;
  private final Clock clock;

  public LaneQueue(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  void enroll(HardwareId id, List<String> workerTypes) {
    jdbc.sql(
            """
            with task as (
              insert into worker_task (hardware_uuid, worker_type)
              select :uuid, w.name from unnest(:workers) as w(name)
              on conflict do nothing)
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select w.name, :instance, :now, false, 1, :priority from unnest(:workers) as w(name)
            on conflict (task_name, task_instance) do nothing
            """)
        .param("uuid", id.value())
        .param("instance", id.toString())
        .param("workers", workerTypes.toArray(String[]::new))
        .param("now", now())
        .param("priority", QueuePriority.URGENT)
        .update();
  }

  /** Makes all idle tasks of a device due, before background work. */
  Set<String> requeue(HardwareId id) {
    return new LinkedHashSet<>(
        jdbc.sql(
                """
                update scheduled_tasks q set execution_time = least(q.execution_time, :now), priority = :priority
                from worker_task t
                where t.hardware_uuid = :uuid and q.task_name = t.worker_type and q.task_instance = :instance
                  and not q.picked
                returning q.task_name
                """)
            .param("now", now())
            .param("priority", QueuePriority.URGENT)
            .param("uuid", id.value())
            .param("instance", id.toString())
            .query(String.class)
            .list());
  }

  /**
   * Makes devices of one lane due, by their lower-cased names or their uuids. A name can stand for
   * a live device and for deleted ones that are not cleaned up yet, and means them all.
   *
   * <p>A row that another transaction has locked is being picked or made due, and may be skipped;
   * or it is being released, and still counts as picked.
   *
   * @return the names or uuids of devices with a running attempt, which could not be made due
   */
  public Set<String> requeueInBackground(String workerType, Collection<String> names) {
    return new LinkedHashSet<>(
        jdbc.sql(
                """
                with named as (
                  select h.uuid::text as id, lower(h.name) as name from hardware h
                  where h.deleted_at is null and lower(h.name) = any(:names)
                  union all
                  select h.uuid::text, lower(h.name) from hardware h
                  where h.deleted_at is not null and lower(h.name) = any(:names)
                  union all
                  select h.uuid::text, h.uuid::text from hardware h where h.uuid = any(:uuids)),
                idle as (
                  select q.task_instance from named
                  join %1$s q on q.task_name = :worker and q.task_instance = named.id
                  where not q.picked and q.execution_time > :now
                  for update of q skip locked),
                woken as (
                  update %1$s q set execution_time = :now, priority = :priority from idle
                  where q.task_name = :worker and q.task_instance = idle.task_instance)
                select named.name from named
                join %1$s q on q.task_name = :worker and q.task_instance = named.id
                where q.picked
                """
                    .formatted(LanePartition.of(workerType).name()))
            .param("names", names.toArray(String[]::new))
            .param("uuids", uuids(names))
            .param("worker", workerType)
            .param("now", now())
            .param("priority", QueuePriority.BACKGROUND)
            .query(String.class)
            .list());
  }

  /** Returns the uuids of the live devices of a lane whose property has one of these values. */
  List<String> withProperty(String workerType, String property, Collection<String> values) {
    return jdbc.sql(
            """
            select h.uuid::text as id from hardware h
            join worker_task t on t.hardware_uuid = h.uuid and t.worker_type = :worker
            where h.deleted_at is null and h.properties ->> :property = any(:values)
            """)
        .param("worker", workerType)
        .param("property", property)
        .param("values", values.toArray(String[]::new))
        .query((row, _) -> row.getString("id"))
        .list();
  }

  private static UUID[] uuids(Collection<String> names) {
    return names.stream()
        .filter(name -> name.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
        .map(UUID::fromString)
        .toArray(UUID[]::new);
  }

  /**
   * Adds the tasks and queue rows that are missing because a worker was enabled after devices were
   * enrolled. Rows are inserted in one order, so that two replicas that start together do not
   * deadlock.
   *
   * @param workersByType the enabled workers of each hardware type
   * @return the number of queue rows added
   */
  int backfill(Map<String, List<String>> workersByType) {
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

  /**
   * The due tasks of a lane.
   *
   * @param lagSeconds how long the oldest one has been due
   */
  record Backlog(String workerType, long due, double lagSeconds) {}

  List<Backlog> backlogs() {
    return jdbc.sql(
            """
            select task_name, count(*) as due,
              extract(epoch from cast(:now as timestamptz) - min(execution_time))::float8 as lag
            from scheduled_tasks where not picked and execution_time <= :now group by task_name
            """)
        .param("now", now())
        .query((row, _) ->
            new Backlog(row.getString("task_name"), row.getLong("due"), row.getDouble("lag")))
        .list();
  }

  private OffsetDateTime now() {
    return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
