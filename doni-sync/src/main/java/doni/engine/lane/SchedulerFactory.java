package doni.engine.lane;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import doni.engine.lane.EngineProperties.LaneSettings;
import doni.enrollment.HardwareId;
import doni.task.AttemptLiveness;
import doni.task.LanePartition;
import doni.task.WorkerTask.TaskClaim;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Configures db-scheduler for a lane of this replica: it picks the rows, renews their heartbeat,
 * and detects dead replicas, 16 s after the last heartbeat and at most 8 s later. It does not
 * release the rows: the statement that records an outcome does ({@link doni.task.WorkerTaskStore}),
 * so that both happen or neither.
 */
final class SchedulerFactory {

  private static final Logger LOG = LoggerFactory.getLogger(SchedulerFactory.class);

  /** Concurrency from which a lane fetches tasks in batches. */
  private static final int MANY = 10;

  private static final Duration RETRY_WITHOUT_DATABASE = Duration.ofSeconds(5);

  /**
   * A lane knows every task name in its own partition, so no row may ever be removed as unknown.
   */
  private static final Duration NEVER = Duration.ofDays(36_500);

  private static final CompletionHandler<Void> GIVEN_BACK_ALREADY = (_, _) -> {};

  private final DataSource database;
  private final Replica replica;
  private final Clock clock;

  /**
   * @param database from which db-scheduler takes its connections one statement at a time
   */
  SchedulerFactory(DataSource database, Replica replica, Clock clock) {
    this.database = database;
    this.replica = replica;
    this.clock = clock;
  }

  /**
   * @param attempt makes one attempt and gives the row back
   * @param afterEach called after each attempt, on its thread
   * @param polled called after each poll that the database answered
   */
  Scheduler create(
      String workerType,
      LaneSettings settings,
      Consumer<TaskClaim> attempt,
      Runnable afterEach,
      Runnable polled) {
    int concurrency = settings.concurrency();
    Thread.Builder.OfVirtual threads =
        Thread.ofVirtual().name("lane-" + workerType + "-scheduler-", 0);
    return Scheduler.create(database, task(workerType, attempt))
        .tableName(LanePartition.of(workerType).name())
        .jdbcCustomization(new ObservedPolls(polled))
        .schedulerName(new SchedulerName.Fixed(replica.name()))
        .clock(clock::instant)
        .threads(concurrency)
        .executorService(new AttemptExecutor(workerType, afterEach))
        .dueExecutor(Executors.newSingleThreadExecutor(threads.factory()))
        .housekeeperExecutor(Executors.newScheduledThreadPool(2, threads.factory()))
        .pollUsingLockAndFetch(refetchBelow(concurrency), picked(concurrency))
        .pollingInterval(settings.pollInterval())
        .enablePriority()
        .heartbeatInterval(AttemptLiveness.HEARTBEAT)
        .missedHeartbeatsLimit(AttemptLiveness.MISSED_HEARTBEATS)
        .deleteUnresolvedAfter(NEVER)
        .shutdownMaxWait(Lane.HAND_BACK)
        .build();
  }

  /**
   * Attempts that a lane holds, as a multiple of its concurrency: those in the worker, those whose
   * outcome is being recorded, and those that are next. More would delay a person's change.
   */
  private static double picked(int concurrency) {
    return concurrency > MANY ? 1.2 : 2;
  }

  /**
   * A wide lane fetches in batches, which spares the database; a narrow one, whose backend is slow,
   * as soon as one attempt has ended.
   */
  private static double refetchBelow(int concurrency) {
    return concurrency > MANY ? 1 : (2 * concurrency - 1) / (double) concurrency;
  }

  private CustomTask<Void> task(String workerType, Consumer<TaskClaim> attempt) {
    return Tasks.custom(workerType, Void.class)
        .onFailure((complete, queue) ->
            queue.reschedule(complete, clock.instant().plus(RETRY_WITHOUT_DATABASE)))
        .onDeadExecution((complete, queue) -> {
          LOG.warn(
              "Replica {} stopped responding; taking over its attempt on {}",
              complete.getExecution().pickedBy,
              complete.getExecution().getId());
          queue.reschedule(complete, clock.instant());
        })
        .execute((_, context) -> {
          Execution picked = context.getExecution();
          attempt.accept(
              new TaskClaim(
                  HardwareId.parse(picked.getId()), workerType, picked.pickedBy, picked.version));
          return GIVEN_BACK_ALREADY;
        });
  }

  /** Reports every poll; db-scheduler itself reports only those that found something. */
  private static final class ObservedPolls extends PostgreSqlJdbcCustomization {
    private final Runnable polled;

    ObservedPolls(Runnable polled) {
      super(false, false);
      this.polled = polled;
    }

    @Override
    public List<Execution> lockAndFetchSingleStatement(
        JdbcTaskRepositoryContext queue, Instant now, int limit, boolean orderByPriority) {
      List<Execution> due = super.lockAndFetchSingleStatement(queue, now, limit, orderByPriority);
      polled.run();
      return due;
    }
  }

  /**
   * Runs each attempt on a virtual thread of its own, with a callback after each. db-scheduler
   * lacks that callback: triggered while every slot is taken, it polls again only when many slots
   * are free.
   */
  private static final class AttemptExecutor extends AbstractExecutorService {

    private final ExecutorService threads;
    private final Runnable afterEach;

    AttemptExecutor(String lane, Runnable afterEach) {
      this.threads =
          Executors.newThreadPerTaskExecutor(
              Thread.ofVirtual().name("lane-" + lane + "-", 0).factory());
      this.afterEach = afterEach;
    }

    @Override
    public void execute(Runnable attempt) {
      threads.execute(() -> {
        try {
          attempt.run();
        } finally {
          afterEach.run();
        }
      });
    }

    @Override
    public void shutdown() {
      threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return threads.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return threads.awaitTermination(timeout, unit);
    }
  }
}
