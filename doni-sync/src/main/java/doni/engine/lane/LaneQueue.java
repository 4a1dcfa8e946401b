package doni.engine.lane;

import doni.task.LanePartition;
import doni.task.QueuePriority;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What background work needs of the queues.
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

  static final String BACKLOGS =
      """
      with recursive level as (
        (select priority from scheduled_tasks where priority is not null order by priority desc limit 1)
        union all
        select (select q.priority from scheduled_tasks q where q.priority < level.priority
          order by q.priority desc limit 1)
        from level where level.priority is not null)
      select due.task_name, count(*) as due,
        extract(epoch from cast(:now as timestamptz) - min(due.execution_time))::float8 as lag
      from level cross join lateral (
        select q.task_name, q.execution_time from scheduled_tasks q
        where q.priority = level.priority and q.execution_time <= :now and not q.picked offset 0) due
      group by due.task_name
      """;

  /**
   * The due tasks of a lane.
   *
   * @param lagSeconds how long the oldest one has been due
   */
  record Backlog(String workerType, long due, double lagSeconds) {}

  /**
   * Counts what is due. The index is ordered by priority first, so each priority is searched for
   * itself; without that, every gauge would read the queue rows that are not due.
   */
  List<Backlog> backlogs() {
    return jdbc.sql(BACKLOGS)
        .param("now", now())
        .query((row, _) ->
            new Backlog(row.getString("task_name"), row.getLong("due"), row.getDouble("lag")))
        .list();
  }

  private OffsetDateTime now() {
    return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
  }
}
