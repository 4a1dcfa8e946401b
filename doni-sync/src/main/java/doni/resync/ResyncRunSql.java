package doni.resync;

import doni.task.LanePauseReader;

/**
 * The statements about runs. A task of a run is done when it is gone, or when its version says that
 * an attempt has ended which began within the run.
 *
 * <p>Statements that write to queues skip locked rows, because a change of hardware locks several
 * of them in another order. Such a row is being picked or made due; {@link ResyncRunMonitor} checks
 * later whether anything remains to be done.
 */
final class ResyncRunSql {

  /** One transaction at a time begins, pauses or ends runs. */
  static final String LOCK = "select pg_advisory_xact_lock(hashtextextended('doni.sync_run', 0))";

  private static final String TASK =
      "worker_task t on t.hardware_uuid = m.hardware_uuid and t.worker_type = m.worker_type";
  private static final String ROW =
      "scheduled_tasks q on q.task_name = m.worker_type and q.task_instance ="
          + " m.hardware_uuid::text";
  private static final String NOT_DONE = "t.version < m.done_version";

  /** To be followed by a condition on {@code r}, and an order. */
  static final String READ =
      """
      select r.uuid, r.filter::text as filter, r.requested_by, r.total, r.created_at, r.due_at, r.paused_at,
        r.cancelled_at, r.ended_at, p.members, p.done, p.failed, p.deferred, p.lately,
        extract(epoch from cast(:now as timestamptz) - greatest(r.due_at, :now - interval '1 minute'))::float8 as elapsed
      from sync_run r cross join lateral (
        select count(*) as members,
          count(*) filter (where t.version is null or t.version >= m.done_version) as done,
          count(*) filter (where t.version >= m.done_version and t.outcome = 'FAILED') as failed,
          count(*) filter (where t.version >= m.done_version and t.outcome = 'DEFERRED') as deferred,
          count(*) filter (where t.version >= m.done_version
            and t.last_attempt_at > greatest(r.due_at, :now - interval '1 minute')) as lately
        from sync_run_task m left join %s
        where m.run_uuid = r.uuid) p
      where
      """
          .formatted(TASK);

  /** The reasons without their calls, which differ from device to device. */
  static final String REASONS =
      """
      select run_uuid, outcome, worker_type, reason, tasks, names from (
        select f.*, row_number() over (
          partition by run_uuid, outcome order by tasks desc, reason, worker_type) as place
        from (
          select m.run_uuid, t.outcome, m.worker_type, left(regexp_replace(t.reason, :call, '', 'g'), 200) as reason,
            count(*) as tasks, (array_agg(h.name order by h.name))[1\\:3] as names
          from sync_run_task m join %s join hardware h on h.uuid = m.hardware_uuid
          where m.run_uuid = any(:runs) and t.version >= m.done_version and t.outcome in ('FAILED', 'DEFERRED')
            and t.reason is not null
          group by 1, 2, 3, 4) f) reasons
      where place <= :most order by run_uuid, place
      """
          .formatted(TASK);

  /**
   * Why tasks were not attempted yet, in the words of {@link doni.task.TaskStatusReader}: of all
   * runs given where the lane is paused, of the given few where it is not. Of a whole site that is
   * under way, that would be most of its tasks.
   */
  static final String NOT_ATTEMPTED =
      """
      select m.run_uuid, m.worker_type, coalesce(p.reason, case when q.picked then 'attempt running' else 'queued' end) as reason,
        count(*) as tasks, (array_agg(h.name order by h.name))[1\\:3] as names
      from sync_run_task m join %s join %s join hardware h on h.uuid = m.hardware_uuid
      left join (%s) p on p.worker_type = m.worker_type
      where m.run_uuid = any(:runs) and %s and (p.reason is not null or m.run_uuid = any(:few))
      group by 1, 2, 3 order by tasks desc, reason, worker_type
      """
          .formatted(TASK, ROW, LanePauseReader.CURRENT, NOT_DONE);

  static final String INSERT =
      """
      insert into sync_run (uuid, filter, requested_by, total, created_at, due_at)
      values (:run, cast(:filter as jsonb), :user, 0, :now, :now)
      """;

  /** An attempt that is under way was begun before the run, so it does not count. */
  static final String ADD_TASKS =
      """
      insert into sync_run_task (run_uuid, hardware_uuid, worker_type, done_version)
      select :run, t.hardware_uuid, t.worker_type, t.version + case when q.picked then 2 else 1 end
      from %s t
      join hardware h on h.uuid = t.hardware_uuid
      join scheduled_tasks q on q.task_name = t.worker_type and q.task_instance = t.hardware_uuid::text
      where t.worker_type = any(:workers)
      """;

  static final String SET_TOTAL = "update sync_run set total = :total where uuid = :run";

  /**
   * Makes the tasks due that are not done; their priority stays what it is while they wait for
   * their next look, the background's. Does nothing for a run that does not run: who pauses it
   * waits for this statement, or is waited for.
   */
  static final String MAKE_DUE =
      """
      with run as materialized (
        select r.uuid, r.due_at from sync_run r
        where r.uuid = :run and r.paused_at is null and r.cancelled_at is null for share),
      idle as (
        select q.task_name, q.task_instance, run.due_at
        from run join sync_run_task m on m.run_uuid = run.uuid join %s join %s
        where %s and not q.picked and q.execution_time > :now
        for update of q skip locked),
      woken as (
        update scheduled_tasks q set execution_time = idle.due_at from idle
        where q.task_name = idle.task_name and q.task_instance = idle.task_instance
        returning q.task_name)
      select distinct task_name from woken
      """
          .formatted(TASK, ROW, NOT_DONE);

  /**
   * Gives tasks that the run made due their own next look back. What became due by itself
   * meanwhile, or was asked for by a person, stays due.
   */
  static final String GIVE_BACK =
      """
      with idle as (
        select q.task_name, q.task_instance, t.next_attempt_at
        from sync_run r join sync_run_task m on m.run_uuid = r.uuid join %s join %s
        where r.uuid = :run and %s and not q.picked and q.execution_time = r.due_at
          and coalesce(q.priority, 0) < :asked and t.next_attempt_at > :now
        for update of q skip locked)
      update scheduled_tasks q set execution_time = idle.next_attempt_at from idle
      where q.task_name = idle.task_name and q.task_instance = idle.task_instance
      """
          .formatted(TASK, ROW, NOT_DONE);

  static final String LOCK_RUN = "select 1 from sync_run where uuid = :run for update";

  static final String PAUSE = "update sync_run set paused_at = :now where uuid = :run";

  static final String RESUME =
      "update sync_run set paused_at = null, due_at = :now where uuid = :run";

  static final String CANCEL = "update sync_run set cancelled_at = :now where uuid = :run";

  static final String REMOVE_NOT_DONE =
      "delete from sync_run_task m using worker_task t where m.run_uuid = :run"
          + " and t.hardware_uuid = m.hardware_uuid and t.worker_type = m.worker_type and "
          + NOT_DONE;

  static final String OPEN =
      "select uuid from sync_run where cancelled_at is null and ended_at is null";

  /**
   * How far the runs are, for a comparison only: those that are not over by their tasks, which is
   * an index scan of a run's tasks, and the others by their number and last end.
   */
  static final String PROGRESS =
      """
      select coalesce(string_agg(concat_ws(' ', r.uuid, r.due_at, r.paused_at, p.members, p.done, p.failed, p.deferred),
               ',' order by r.uuid) filter (where r.ended_at is null and r.cancelled_at is null), '') as open,
        count(*) as runs, max(r.ended_at) as ended, max(r.cancelled_at) as cancelled
      from sync_run r left join lateral (
        select count(*) as members,
          count(*) filter (where t.version is null or t.version >= m.done_version) as done,
          count(*) filter (where t.version >= m.done_version and t.outcome = 'FAILED') as failed,
          count(*) filter (where t.version >= m.done_version and t.outcome = 'DEFERRED') as deferred
        from sync_run_task m left join %s
        where m.run_uuid = r.uuid and r.ended_at is null and r.cancelled_at is null) p on true
      """
          .formatted(TASK);

  static final String LEFT =
      "select count(*) from sync_run_task m join %s where m.run_uuid = :run and %s"
          .formatted(TASK, NOT_DONE);

  static final String END =
      """
      update sync_run r set ended_at = :now
      where r.uuid = :run and r.cancelled_at is null and r.ended_at is null and not exists (
        select from sync_run_task m join %s where m.run_uuid = r.uuid and %s)
      """
          .formatted(TASK, NOT_DONE);

  static final String REMOVE_OLD =
      "delete from sync_run where coalesce(ended_at, cancelled_at) < :moment";

  private ResyncRunSql() {}
}
