package doni.task;

/**
 * The statements of {@link WorkerTaskStore}. Those that touch a queue name its partition, so that
 * Postgres neither plans for nor locks the other lanes'.
 */
public final class WorkerTaskSql {

  /**
   * Whether an attempt for the device of leftover {@code l} still runs, at a replica that has been
   * heard of lately.
   */
  public static final String DEVICE_OF_LEFTOVER_IS_ATTEMPTED =
      """
      exists (select from scheduled_tasks q
        where q.task_name = l.worker_type and q.task_instance = l.hardware_uuid::text and q.picked
          and q.last_heartbeat > now() - interval '%d seconds')\
      """
          .formatted(AttemptLiveness.WINDOW.toSeconds());

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

  private WorkerTaskSql() {}

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
  static String claim(String workerType) {
    return """
    select h.quarantined_at is not null as quarantined
    from worker_task t join hardware h on h.uuid = t.hardware_uuid
    where t.hardware_uuid = ? and t.worker_type = ? and t.version = ?
      and exists (select from %s q where %s)
    """
        .formatted(LanePartition.of(workerType).name(), CLAIMED);
  }

  /** Keeps the version: it is still the attempt that will end. */
  static String announce(String workerType) {
    return """
    update worker_task t set state_details = ?::jsonb
    where t.hardware_uuid = ? and t.worker_type = ? and t.version = ?
      and exists (select from %s q where %s)
    """
        .formatted(LanePartition.of(workerType).name(), CLAIMED);
  }

  /**
   * The lock on the device is taken first, as everywhere, and waits for a change that is being
   * made; what is read under it is the newest generation. A success that changed nothing need not
   * be on disk before it counts: if Postgres crashes and loses it, the device is observed once
   * more.
   */
  static String finish(String workerType) {
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
      returning device.moved, q.execution_time, ?::text[] as reached),
    finished as (
      update worker_task t set
        state_details = coalesce(?::jsonb, t.state_details),
        milestones = case when released.reached is null then t.milestones else
          (select coalesce(jsonb_object_agg(name, coalesce(t.milestones -> name, to_jsonb(now()))), '{}')
           from unnest(released.reached) name) end,
        served_generation = ?,
        pending_generation = case when released.moved then t.pending_generation end,
        synced_generation = coalesce(?, t.synced_generation),
        outcome = ?, reason = ?, blocked_by = ?, waiting_since = ?, attempts = ?, defer_count = ?, last_attempt_at = ?,
        last_success_at = coalesce(?, t.last_success_at), next_attempt_at = released.execution_time,
        version = t.version + 1
      from released where t.hardware_uuid = ? and t.worker_type = ?
      returning t.hardware_uuid, released.moved),
    noted as (
      insert into event (hardware_uuid, at, kind, generation, worker_type, body)
      select f.hardware_uuid, ?, note.kind, ?, ?, note.body::jsonb
      from finished f cross join unnest(?, ?) as note(kind, body))
    select moved, case when ? then set_config('synchronous_commit', 'off', true) end from finished
    """
        .formatted(
            LanePartition.of(workerType).name(),
            GIVEN_BACK,
            QueuePriority.URGENT,
            QueuePriority.BACKGROUND,
            CLAIMED);
  }

  /** A change that came meanwhile keeps its place before the background. */
  static String handBack(String workerType) {
    return """
    with device as materialized (
      select h.generation > t.served_generation as changed
      from hardware h join worker_task t on t.hardware_uuid = h.uuid
      where h.uuid = ? and t.worker_type = ?
      for share of h)
    update %s q set %s, priority = case when device.changed then %d else q.priority end
    from device where %s
    """
        .formatted(LanePartition.of(workerType).name(), GIVEN_BACK, QueuePriority.URGENT, CLAIMED);
  }

  static String dequeue(String workerType) {
    return "delete from " + LanePartition.of(workerType).name() + " where" + CLAIMED;
  }

  /** The claim of a task that was taken away while it was attempted, as forced deletions do. */
  static String dequeueGone(String workerType) {
    return dequeue(workerType)
        + " and not exists (select from worker_task t where t.hardware_uuid = ? and t.worker_type ="
        + " ?)";
  }
}
