package doni.engine.lane;

import doni.worker.SiteListing.MarkedObject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The orphans of all backends: objects that carry the mark of a device which this service had and
 * has no more.
 *
 * <p>The events of a device outlive it. They prove that the device was ours, and not another
 * Doni's; an object without any is left alone. Each question is one statement, hence answered as of
 * one moment; one that fails changes nothing.
 */
final class OrphanStore {

  /** Longer than a call in flight lasts. */
  private static final Duration UNTIL_FOUND = Duration.ofMinutes(5);

  /** What appears later after the last event of its device was made by another client. */
  private static final Duration LATEST_WRITE = Duration.ofHours(1);

  /** Objects without a device, a leftover or a running attempt, of devices that we had. */
  private static final String RECORD =
      """
      with marked as (select * from unnest(:objects, :uuids) as m(object, uuid)),
      ownerless as (
        select m.object, m.uuid from marked m
        where not exists (select from hardware h where h.uuid = m.uuid)
          and not exists (select from leftover l where l.hardware_uuid = m.uuid and l.worker_type = :worker)
          and not exists (select from scheduled_tasks q
            where q.task_name = :worker and q.task_instance = m.uuid::text and q.picked)
          and exists (select from event e where e.hardware_uuid = m.uuid)),
      gone as (
        delete from orphan o where o.worker_type = :worker
          and not exists (select from ownerless n where n.object = o.object and n.uuid = o.hardware_uuid))
      insert into orphan (worker_type, object, hardware_uuid, first_seen)
      select :worker, object, uuid, now() from ownerless
      on conflict do nothing
      """;

  private static final String FIND =
      """
      with found as (
        update orphan set found_at = now()
        where worker_type = :worker and found_at is null and first_seen <= now() - make_interval(secs => :age)
        returning worker_type, object, hardware_uuid)
      insert into event (hardware_uuid, at, kind, generation, worker_type, body)
      select r.hardware_uuid, now(), 'worker.orphan.found',
        (select max(e.generation) from event e where e.hardware_uuid = r.hardware_uuid), r.worker_type,
        jsonb_build_object('object', r.object)
      from found r
      returning body ->> 'object' as object
      """;

  /** A leftover that was dismissed is to stay. */
  private static final String REMOVE =
      """
      with removable as (
        delete from orphan o
        where o.worker_type = :worker and o.object = any(:objects) and o.found_at is not null
          and o.first_seen <= (select max(e.at) from event e
            where e.hardware_uuid = o.hardware_uuid and e.kind <> 'worker.orphan.found')
              + make_interval(secs => :latest)
          and not exists (select from hardware h where h.uuid = o.hardware_uuid)
          and not exists (select from event e where e.hardware_uuid = o.hardware_uuid
            and e.kind = 'leftover.dismissed' and e.body ->> 'worker_type' = :worker)
        returning hardware_uuid, object)
      insert into leftover (deletion, hardware_uuid, worker_type, name, project_id, hardware_type, properties,
        state_details, windows, generation, created_at, deleted_at, deleted_by, next_attempt_at)
      select gen_random_uuid(), r.hardware_uuid, :worker, min(r.object), '', '', '{}', '{}', '[]',
        (select max(e.generation) from event e where e.hardware_uuid = r.hardware_uuid) + 1,
        now(), now(), 'doni', now()
      from removable r group by r.hardware_uuid
      returning name as object
      """;

  private final JdbcClient jdbc;

  public OrphanStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Records which objects of a site listing have no device, and forgets those that had none. */
  public void record(String workerType, List<MarkedObject> listed) {
    jdbc.sql(RECORD)
        .param("worker", workerType)
        .param("objects", listed.stream().map(MarkedObject::object).toArray(String[]::new))
        .param("uuids", listed.stream().map(marked -> marked.device().value()).toArray(UUID[]::new))
        .update();
  }

  /**
   * Finds the objects that have had no device for some minutes, with an event for each.
   *
   * @return those that were not found before
   */
  public List<String> find(String workerType) {
    return jdbc.sql(FIND)
        .param("worker", workerType)
        .param("age", UNTIL_FOUND.toSeconds())
        .query((row, _) -> row.getString("object"))
        .list();
  }

  /**
   * Turns found objects into leftovers, so that they are removed as what remains of any deleted
   * device.
   *
   * @return those that can only have been left by this service
   */
  public List<String> remove(String workerType, List<String> objects) {
    return jdbc.sql(REMOVE)
        .param("worker", workerType)
        .param("objects", objects.toArray(String[]::new))
        .param("latest", LATEST_WRITE.toSeconds())
        .query((row, _) -> row.getString("object"))
        .list();
  }

  /** Returns how many objects were found and still exist. */
  public long count() {
    return jdbc.sql("select count(*) from orphan where found_at is not null")
        .query(Long.class)
        .single();
  }
}
