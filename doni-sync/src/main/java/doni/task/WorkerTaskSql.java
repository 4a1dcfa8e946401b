package doni.task;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The statements of {@link WorkerTaskReader} and {@link WorkerTaskStore}. Those that touch a queue
 * name its partition, so that Postgres neither plans for, opens nor locks the other lanes'.
 */
public final class WorkerTaskSql {

  /**
   * Whether an attempt for the device of leftover {@code l} still runs, at a replica that has been
   * heard of lately.
   */
  public static final String DEVICE_OF_LEFTOVER_IS_ATTEMPTED =
      deviceOfLeftoverIsAttempted("scheduled_tasks");

  static final String LOCK_DEVICE = "select generation from hardware where uuid = ? for update";

  static final String REMOVE =
      "delete from worker_task where hardware_uuid = ? and worker_type = ? and version = ?";

  static final String NOTE =
      """
      insert into event (hardware_uuid, at, kind, generation, worker_type, body)
      values (?, ?, ?, ?, ?, ?::jsonb)
      """;

  static final String REMOVE_CLEAN_DEVICE =
      """
      delete from hardware h where h.uuid = ? and h.deleted_at is not null
        and not exists (select from worker_task t where t.hardware_uuid = h.uuid)
      """;

  private static final String CLAIMED =
      " task_name = ? and task_instance = ? and version = ? and picked_by = ? and picked";

  private static final String GIVEN_BACK =
      "picked = false, picked_by = null, last_heartbeat = null, version = q.version + 1";

  private static final ConcurrentMap<String, LaneStatements> LANES = new ConcurrentHashMap<>();

  private WorkerTaskSql() {}

  /** The statements of one lane, whose texts are made once. */
  record LaneStatements(
      String read,
      String claim,
      String announce,
      String finish,
      String handBack,
      String dequeue,
      String dequeueGone) {

    private static LaneStatements make(String workerType) {
      String queue = LanePartition.of(workerType).name();
      return new LaneStatements(
          WorkerTaskSql.read(queue),
          WorkerTaskSql.claim(queue),
          WorkerTaskSql.announce(queue),
          WorkerTaskSql.finish(queue),
          WorkerTaskSql.handBack(queue),
          WorkerTaskSql.dequeue(queue),
          WorkerTaskSql.dequeueGone(queue));
    }
  }

  static LaneStatements lane(String workerType) {
    return LANES.computeIfAbsent(workerType, LaneStatements::make);
  }

  private static String deviceOfLeftoverIsAttempted(String queue) {
    return """
    exists (select from %s q
      where q.task_name = l.worker_type and q.task_instance = l.hardware_uuid::text and q.picked
        and q.last_heartbeat > now() - interval '%d seconds')\
    """
        .formatted(queue, AttemptLiveness.WINDOW.toSeconds());
  }

  /**
   * The dependencies are looked for among all tasks of the device: with an index on the workers,
   * Postgres would make a plan of its own for each array of them. {@code offset 0} keeps the search
   * for a namesake from beginning with all tasks of the lane, as a plan does that was made when
   * there were few.
   */
  private static String read(String queue) {
    return """
    select h.name, h.project_id, h.hardware_type, h.properties::text as properties, h.generation,
      h.deleted_at is not null as deleted, h.quarantined_at is not null as quarantined,
      (select json_agg(json_build_array(w.uuid, w.starts_at, w.ends_at) order by w.starts_at)
        from availability_window w where w.hardware_uuid = h.uuid)::text as windows,
      (select json_object_agg(o.worker_type, o.state_details) from worker_task o
        where o.hardware_uuid = h.uuid and o.worker_type || '' = any(?))::text as dependencies,
      (select p.uuid from hardware p
        where p.deleted_at is not null and h.deleted_at is null and lower(p.name) = lower(h.name)
          and exists (select from worker_task pt where pt.hardware_uuid = p.uuid
            and pt.worker_type = t.worker_type offset 0)
        order by p.deleted_at limit 1) as namesake,
      exists (select from leftover l where l.worker_type = t.worker_type
        and (l.hardware_uuid = h.uuid or lower(l.name) = lower(h.name))
        and (l.claimed_until > now() or l.hardware_uuid <> h.uuid and %s)) as cleanup_running,
      t.state_details::text as state_details, t.state_at_rest, t.unattempted, t.unsynced, t.outcome, t.reason,
      t.waiting_since, t.attempts, t.defer_count, t.last_attempt_at, t.version
    from hardware h join worker_task_at_rest t on t.hardware_uuid = h.uuid
    where h.uuid = ? and t.worker_type = ?
    """
        .formatted(deviceOfLeftoverIsAttempted(queue));
  }

  /**
   * Makes a task due for a thorough attempt: it is not steady any more, and unsynced. An attempt
   * that runs loses its claim.
   */
  static String reopen(String workerType) {
    return """
    with queued as (
      update %s set execution_time = least(execution_time, :now), priority = %d
      where task_name = :worker and task_instance = :instance and not picked)
    update worker_task t set state_details = coalesce(:details::jsonb, t.state_details),
      served_generation = least(t.served_generation, h.generation - 1),
      synced_generation = least(t.synced_generation, h.generation - 1),
      next_attempt_at = :now, version = t.version + 1
    from hardware h where h.uuid = t.hardware_uuid and t.hardware_uuid = :uuid and t.worker_type = :worker
    """
        .formatted(LanePartition.of(workerType).name(), QueuePriority.URGENT);
  }

  /** Whether the claim is held; no row where it is lost, or where the task is gone. */
  private static String claim(String queue) {
    return """
    select h.quarantined_at is not null as quarantined
    from worker_task t join hardware h on h.uuid = t.hardware_uuid
    where t.hardware_uuid = ? and t.worker_type = ? and t.version = ?
      and exists (select from %s q where %s)
    """
        .formatted(queue, CLAIMED);
  }

  /** Keeps the version: it is still the attempt that will end. */
  private static String announce(String queue) {
    return """
    update worker_task t set state_details = ?::jsonb
    where t.hardware_uuid = ? and t.worker_type = ? and t.version = ?
      and exists (select from %s q where %s)
    """
        .formatted(queue, CLAIMED);
  }

  /**
   * The lock on the device is taken first, as everywhere, and waits for a change that is being
   * made; what is read under it is the newest generation. A success that changed nothing need not
   * be on disk before it counts: if Postgres crashes and loses it, the device is observed once
   * more.
   */
  private static String finish(String queue) {
    return """
    with device as materialized (
      select h.generation from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = ? and t.worker_type = ? and t.version = ?
      for share of h),
    released as (
      update %s q set %s,
        execution_time = case when device.moved then ? else ? end,
        priority = case when device.moved then %d else %d end
      from (select generation > ? as moved from device) device
      where %s
      returning device.moved, q.execution_time, case when ? then ?::text[] end as reached),
    finished as (
      update worker_task t set
        state_details = coalesce(?::jsonb, t.state_details),
        milestones = case when released.reached is null then t.milestones else
          (select coalesce(jsonb_object_agg(name, coalesce(t.milestones -> name, to_jsonb(now()))), '{}')
           from unnest(released.reached) name) end,
        served_generation = ?,
        pending_generation = case when released.moved then t.pending_generation end,
        synced_generation = case when ? then ? else t.synced_generation end,
        outcome = ?, reason = ?, blocked_by = ?, waiting_since = case when ? then ?::timestamptz end, attempts = ?, defer_count = ?, last_attempt_at = ?,
        last_success_at = case when ? then ? else t.last_success_at end, next_attempt_at = released.execution_time,
        version = t.version + 1
      from released where t.hardware_uuid = ? and t.worker_type = ?
      returning t.hardware_uuid, released.moved),
    noted as (
      insert into event (hardware_uuid, at, kind, generation, worker_type, body)
      select f.hardware_uuid, ?, note.kind, ?, ?, note.body::jsonb
      from finished f cross join unnest(?, ?) as note(kind, body))
    select moved, case when ? then set_config('synchronous_commit', 'off', true) end from finished
    """
        .formatted(queue, GIVEN_BACK, QueuePriority.URGENT, QueuePriority.BACKGROUND, CLAIMED);
  }

  /** A change that came meanwhile keeps its place before the background. */
  private static String handBack(String queue) {
    return """
    with device as materialized (
      select h.generation > t.served_generation as changed
      from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = ? and t.worker_type = ?
      for share of h)
    update %s q set %s, priority = case when device.changed then %d else q.priority end
    from device where %s
    """
        .formatted(queue, GIVEN_BACK, QueuePriority.URGENT, CLAIMED);
  }

  private static String dequeue(String queue) {
    return "delete from " + queue + " where" + CLAIMED;
  }

  /** The claim of a task that was taken away while it was attempted, as forced deletions do. */
  private static String dequeueGone(String queue) {
    return dequeue(queue)
        + " and not exists (select from worker_task t where t.hardware_uuid = ? and t.worker_type ="
        + " ?)";
  }
}
