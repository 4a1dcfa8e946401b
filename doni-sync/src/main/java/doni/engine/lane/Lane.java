package doni.engine.lane;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import doni.engine.attempt.InterruptGuard;
import doni.engine.attempt.Reconciler;
import doni.engine.attempt.RequeueDecision;
import doni.enrollment.HardwareId;
import doni.task.AttemptLiveness;
import doni.task.LanePartition;
import doni.task.TaskClaim;
import doni.task.WorkerTaskStore;
import doni.worker.LanePause;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's queue at this replica: picks due tasks and makes an attempt for each, at most {@code
 * concurrency} at a time.
 *
 * <p>db-scheduler picks the rows, renews their heartbeat, and detects dead replicas: 16 s after the
 * last heartbeat, and at most 8 s later. It does not release the rows: the statement that records
 * an outcome does ({@link WorkerTaskStore}), so that both happen or neither.
 */
final class Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Concurrency from which a lane fetches tasks in batches. */
  private static final int MANY = 10;

  private static final Duration RETRY_WITHOUT_DATABASE = Duration.ofSeconds(5);

  /** Time for interrupted attempts to hand their tasks back. */
  private static final Duration HAND_BACK = Duration.ofSeconds(2);

  /**
   * A lane knows every task name in its own partition, so no row may ever be removed as unknown.
   */
  private static final Duration NEVER = Duration.ofDays(36_500);

  private static final CompletionHandler<Void> GIVEN_BACK_ALREADY = (_, _) -> {};

  private final Worker worker;
  private final Reconciler reconciler;
  private final WorkerTaskStore tasks;
  private final Scheduler scheduler;
  private final Consumer<HardwareId> onProgress;
  private final RunningAttempts running = new RunningAttempts();
  private final AttemptSlots slots;
  private final AtomicBoolean checkAgain = new AtomicBoolean();
  private @Nullable LanePause pause;
  private volatile boolean stopping;

  /**
   * @param onProgress called with a device for which the worker recorded something new, or which is
   *     cleaned up
   */
  Lane(
      Worker worker,
      int concurrency,
      Duration pollInterval,
      Replica replica,
      Consumer<HardwareId> onProgress,
      LaneParts parts) {
    this.worker = worker;
    this.onProgress = onProgress;
    this.reconciler = parts.reconciler();
    this.tasks = parts.tasks();
    this.slots = new AttemptSlots(concurrency);
    this.scheduler = scheduler(parts.database(), concurrency, pollInterval, replica, parts.clock());
  }

  /**
   * What all lanes of a replica share.
   *
   * @param database for db-scheduler, which takes its connections one statement at a time
   */
  record LaneParts(
      DataSource database, Reconciler reconciler, WorkerTaskStore tasks, Clock clock) {}

  private Scheduler scheduler(
      DataSource database, int concurrency, Duration pollInterval, Replica replica, Clock clock) {
    String type = worker.type();
    Thread.Builder.OfVirtual threads = Thread.ofVirtual().name("lane-" + type + "-scheduler-", 0);
    return Scheduler.create(database, task(clock))
        .tableName(LanePartition.of(type).name())
        .jdbcCustomization(new PostgreSqlJdbcCustomization(false, false))
        .schedulerName(new SchedulerName.Fixed(replica.name()))
        .clock(clock::instant)
        .threads(concurrency)
        .executorService(new LaneExecutor(type, this::afterEach))
        .dueExecutor(Executors.newSingleThreadExecutor(threads.factory()))
        .housekeeperExecutor(Executors.newScheduledThreadPool(2, threads.factory()))
        .pollUsingLockAndFetch(refetchBelow(concurrency), picked(concurrency))
        .pollingInterval(pollInterval)
        .enablePriority()
        .heartbeatInterval(AttemptLiveness.HEARTBEAT)
        .missedHeartbeatsLimit(AttemptLiveness.MISSED_HEARTBEATS)
        .deleteUnresolvedAfter(NEVER)
        .shutdownMaxWait(HAND_BACK)
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

  private CustomTask<Void> task(Clock clock) {
    return Tasks.custom(worker.type(), Void.class)
        .onFailure((complete, queue) ->
            queue.reschedule(complete, clock.instant().plus(RETRY_WITHOUT_DATABASE)))
        .onDeadExecution((complete, queue) -> {
          LOG.warn(
              "Replica {} stopped responding; taking over its attempt on {}",
              complete.getExecution().pickedBy,
              complete.getExecution().getId());
          queue.reschedule(complete, clock.instant());
        })
        .execute((_, context) -> work(context.getExecution()));
  }

  String type() {
    return worker.type();
  }

  int running() {
    return slots.taken();
  }

  void start(RequeueTrigger trigger) {
    reconciler.register(worker);
    worker.start(trigger);
    observePause();
    scheduler.start();
  }

  /** Polls for due tasks now. */
  void wake() {
    checkAgain.set(true);
    scheduler.triggerCheckForDueExecutions();
  }

  private void afterEach() {
    if (checkAgain.compareAndSet(true, false)) {
      scheduler.triggerCheckForDueExecutions();
    }
  }

  /** Asks the worker whether the lane must pause, and pauses or resumes it accordingly. */
  synchronized Optional<LanePause> observePause() {
    LanePause now = worker.lanePause().orElse(null);
    LanePause before = pause;
    pause = now;
    if (now != null && before == null) {
      scheduler.pause();
      LOG.info("Lane {} paused: {}", worker.type(), now.reason());
    } else if (now == null && before != null && !stopping) {
      scheduler.resume();
      wake();
      LOG.info("Lane {} resumed", worker.type());
    }
    return Optional.ofNullable(now);
  }

  private CompletionHandler<Void> work(Execution picked) {
    HardwareId id = HardwareId.parse(picked.getId());
    TaskClaim claim = new TaskClaim(id, worker.type(), picked.pickedBy, picked.version);
    AttemptSlots.Slot slot = slots.next();
    InterruptGuard attempt = running.begin(slot::giveBack);
    try {
      slot.take();
      if (stopping || (worker.lanePause().isPresent() && observePause().isPresent())) {
        tasks.handBack(claim);
      } else {
        after(id, reconciler.attempt(worker, claim, attempt));
      }
    } finally {
      slot.giveBack();
      running.end(attempt);
    }
    return GIVEN_BACK_ALREADY;
  }

  private void after(HardwareId id, RequeueDecision decision) {
    switch (decision) {
      case DUE -> wake();
      case PROGRESSED, GONE -> onProgress.accept(id);
      case WAITING, LOST -> {}
    }
  }

  private synchronized void pickNoMore() {
    stopping = true;
    scheduler.pause();
    slots.open();
  }

  /**
   * Picks no more tasks, waits up to {@code grace} for running attempts, then interrupts them so
   * that they hand their tasks back. Another replica takes over what ignores the interrupt.
   */
  void stop(Duration grace) {
    pickNoMore();
    try {
      if (!running.awaitNone(grace)) {
        LOG.info("Lane {}: interrupting {} attempts", worker.type(), running.count());
        running.interrupt();
        running.awaitNone(HAND_BACK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    scheduler.stop();
    worker.stop();
  }
}
