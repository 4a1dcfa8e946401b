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
 * One worker's queue at this replica: picks due devices and has each looked at, at most {@code
 * concurrency} at a time.
 *
 * <p>db-scheduler picks the rows, keeps their heartbeat and finds those whose replica died, after
 * 16 s without one and within 8 s more. It does not give them back: the statement that records an
 * attempt's outcome does ({@link WorkerTaskStore}), so that both happen or neither.
 */
final class Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  static final Duration HEARTBEAT = Duration.ofSeconds(4);
  private static final int MISSED_HEARTBEATS = 4;

  /** Slots from which on a lane is a big one. */
  private static final int MANY = 10;

  private static final Duration RETRY_WITHOUT_DATABASE = Duration.ofSeconds(5);

  /** How long interrupted attempts get to hand back what they had. */
  private static final Duration HAND_BACK = Duration.ofSeconds(2);

  /**
   * A lane works on its own table and knows all names in it; nothing there is ever to be removed.
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
  private final AtomicBoolean lookAgain = new AtomicBoolean();
  private @Nullable LanePause hold;
  private volatile boolean stopping;

  /**
   * @param onProgress told of a device when the worker has something new to report of it, or has
   *     finished with it
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
        .heartbeatInterval(HEARTBEAT)
        .missedHeartbeatsLimit(MISSED_HEARTBEATS)
        .deleteUnresolvedAfter(NEVER)
        .shutdownMaxWait(HAND_BACK)
        .build();
  }

  /**
   * How many attempts a lane holds, in slots: those that the worker is at, those whose outcome is
   * being recorded, and those that are next. More would stand before a person's change.
   */
  private static double picked(int concurrency) {
    return concurrency > MANY ? 1.2 : 2;
  }

  /**
   * A big lane fetches by the handful, which spares the database; a small one, whose backend is
   * slow, as soon as one attempt has ended.
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
              "Replica {} died while it worked on {}; the attempt is made anew",
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

  void start(RequeueTrigger nudge) {
    reconciler.register(worker);
    worker.start(nudge);
    observeHold();
    scheduler.start();
  }

  /** Looks for due devices now. */
  void wake() {
    lookAgain.set(true);
    scheduler.triggerCheckForDueExecutions();
  }

  private void afterEach() {
    if (lookAgain.compareAndSet(true, false)) {
      scheduler.triggerCheckForDueExecutions();
    }
  }

  /** Asks the worker whether the lane is to sleep, and puts it to sleep or wakes it accordingly. */
  synchronized Optional<LanePause> observeHold() {
    LanePause now = worker.lanePause().orElse(null);
    LanePause before = hold;
    hold = now;
    if (now != null && before == null) {
      scheduler.pause();
      LOG.info("Lane {} sleeps: {}", worker.type(), now.reason());
    } else if (now == null && before != null && !stopping) {
      scheduler.resume();
      wake();
      LOG.info("Lane {} goes on", worker.type());
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
      if (stopping || (worker.lanePause().isPresent() && observeHold().isPresent())) {
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

  private void after(HardwareId id, RequeueDecision looked) {
    switch (looked) {
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
   * Picks nothing more, lets attempts go on for {@code grace}, then interrupts them, which hands
   * them back. What does not even heed that is left to be taken over by another replica.
   */
  void stop(Duration grace) {
    pickNoMore();
    try {
      if (!running.awaitNone(grace)) {
        LOG.info("Lane {} interrupts {} attempts", worker.type(), running.count());
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
