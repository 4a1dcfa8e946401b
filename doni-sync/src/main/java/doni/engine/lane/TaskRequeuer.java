package doni.engine.lane;

import doni.database.TimestampColumns;
import doni.enrollment.HardwareId;
import doni.task.LanePartition;
import doni.task.QueuePriority;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes devices due, in the transaction that changes them.
 *
 * <p>The caller has locked the device's row and raised its generation in the same transaction (read
 * committed). An attempt that ends meanwhile waits for that lock and then finds a newer generation,
 * so the change is seen whichever comes first. A picked row is never touched here: it belongs to
 * the attempt, which compares the generation when it ends.
 */
public final class TaskRequeuer {

  /**
   * The lanes in which the device's project has its share of urgent tasks already. No project has
   * more of them, so few rows are read. The priorities are no parameters, so that Postgres knows
   * how few, and keeps the plan: to make one takes longer than the statement. Materialized, because
   * a plan that was made for few rows would search all of a lane's.
   */
  private static final String CROWDED =
      """
      crowded as materialized (
        select q.task_name from scheduled_tasks q cross join lateral (
          select from hardware h where h.uuid = q.task_instance::uuid
            and h.project_id = (select d.project_id from hardware d where d.uuid = :uuid) offset 0) same_project
        where q.priority = %d and not q.picked
        group by q.task_name having count(*) >= %d)
      """
          .formatted(QueuePriority.URGENT, QueuePriority.SHARE);

  private static final String PRIORITY =
      "case when exists (select from crowded c where c.task_name = %%s) then %d else %d end"
          .formatted(QueuePriority.SURPLUS, QueuePriority.URGENT);

  private final JdbcClient jdbc;
  private final WakeupNotifier wakeups;
  private final Clock clock;

  TaskRequeuer(JdbcClient jdbc, WakeupNotifier wakeups, Clock clock) {
    this.jdbc = jdbc;
    this.wakeups = wakeups;
    this.clock = clock;
  }

  /**
   * Gives a new device a task for each of these workers, due now. The device must be stored before.
   */
  public void enroll(HardwareId id, List<String> workerTypes) {
    requireTransaction();
    if (workerTypes.isEmpty()) {
      return;
    }
    // No parameters, so that Postgres keeps a plan that has only the queues of these workers.
    String workers =
        workerTypes.stream()
            .map(LanePartition::literal)
            .collect(Collectors.joining("), (", "(values (", "))"));
    jdbc.sql(
            """
            with task as (
              insert into worker_task (hardware_uuid, worker_type)
              select :uuid, w.name from %s as w(name)
              on conflict do nothing),
            %s
            insert into scheduled_tasks (task_name, task_instance, execution_time, picked, version, priority)
            select w.name, :instance, :now, false, 1, %s from %s as w(name)
            on conflict (task_name, task_instance) do nothing
            """
                .formatted(workers, CROWDED, PRIORITY.formatted("w.name"), workers))
        .param("uuid", id.value())
        .param("instance", id.toString())
        .param("now", now())
        .update();
    announce(workerTypes);
  }

  /**
   * Makes all tasks of a device due now, before background work and, within the share of its
   * project, before what other projects have in surplus.
   */
  public void requeue(HardwareId id) {
    requireTransaction();
    announce(requeueIdle(id));
  }

  private Set<String> requeueIdle(HardwareId id) {
    return new LinkedHashSet<>(
        jdbc.sql(
                """
                with %s
                update scheduled_tasks q set execution_time = least(q.execution_time, :now),
                  priority = greatest(q.priority, %s)
                from worker_task t
                where t.hardware_uuid = :uuid and q.task_name = t.worker_type and q.task_instance = :instance
                  and not q.picked
                returning q.task_name
                """
                    .formatted(CROWDED, PRIORITY.formatted("q.task_name")))
            .param("now", now())
            .param("uuid", id.value())
            .param("instance", id.toString())
            .query(String.class)
            .list());
  }

  /** Makes the lanes poll, here and at the other replicas, after the transaction commits. */
  public void announce(Collection<String> workerTypes) {
    requireTransaction();
    List<String> lanes = List.copyOf(workerTypes);
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            wakeLanes(lanes);
          }
        });
  }

  /** Makes the lanes poll now, here and at the other replicas. */
  public void wakeLanes(Collection<String> workerTypes) {
    wakeups.wake(workerTypes);
  }

  private static void requireTransaction() {
    if (!TransactionSynchronizationManager.isActualTransactionActive()) {
      throw new IllegalStateException(
          "devices must be requeued in the transaction that changes them");
    }
  }

  private OffsetDateTime now() {
    return TimestampColumns.timestamp(clock.instant());
  }
}
