package doni.engine.lane;

import com.github.kagkarlsson.scheduler.Scheduler;
import doni.engine.attempt.AttemptScope.ResyncPolicy;
import doni.engine.attempt.AttemptSlots;
import doni.engine.attempt.AttemptSlots.AttemptSlot;
import doni.engine.attempt.Reconciler;
import doni.engine.attempt.Reconciler.RequeueDecision;
import doni.engine.lane.EngineProperties.LaneSettings;
import doni.enrollment.HardwareId;
import doni.task.WorkerTask.TaskClaim;
import doni.worker.LanePause;
import doni.worker.RequeueTrigger;
import doni.worker.Worker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's queue at this replica: picks due tasks and makes an attempt for each, at most {@code
 * concurrency} at a time.
 */
final class Lane {

  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Time for interrupted attempts to hand their tasks back. */
  static final Duration HAND_BACK = Duration.ofSeconds(2);

  /** Time without a poll after which a lane is silent, unless it polls very rarely. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final Worker worker;
  private final ResyncPolicy policy;
  private final Duration stopGrace;
  private final Reconciler reconciler;
  private final Scheduler scheduler;
  private final Consumer<HardwareId> onProgress;
  private final AttemptSlots slots;
  private final int concurrency;
  private final Duration longestSilence;
  private final AtomicBoolean checkAgain = new AtomicBoolean();
  private @Nullable LanePause pause;
  private volatile boolean paused;
  private volatile boolean stopping;
  private volatile long polledAt = System.nanoTime();

  /**
   * @param onProgress called with a device for which the worker recorded something new, or which is
   *     cleaned up
   */
  Lane(
      Worker worker,
      LaneSettings settings,
      Reconciler reconciler,
      SchedulerFactory schedulers,
      Consumer<HardwareId> onProgress) {
    this.worker = worker;
    this.policy = settings.policy();
    this.stopGrace = settings.stopGrace();
    this.reconciler = reconciler;
    this.onProgress = onProgress;
    this.concurrency = settings.concurrency();
    this.longestSilence = longest(settings.pollInterval());
    this.slots = new AttemptSlots(concurrency);
    this.scheduler =
        schedulers.create(worker.type(), settings, this::attempt, this::afterEach, this::polled);
  }

  String type() {
    return worker.type();
  }

  Worker worker() {
    return worker;
  }

  /** Returns whether steady devices are observed at all. */
  boolean looksForDrift() {
    return policy.drift() != ResyncPolicy.DriftMode.IGNORE;
  }

  boolean isShadow() {
    return policy.isShadow();
  }

  Duration resyncInterval() {
    return policy.resyncInterval();
  }

  int running() {
    return slots.taken();
  }

  void start(RequeueTrigger trigger) {
    reconciler.register(worker);
    worker.start(trigger);
    observePause();
    polled();
    if (policy.isShadow()) {
      LOG.info("Lane {} is in shadow: it reports what it would write, and writes nothing", type());
    }
    scheduler.start();
  }

  /** Polls for due tasks now. */
  void wake() {
    checkAgain.set(true);
    scheduler.triggerCheckForDueExecutions();
  }

  private void polled() {
    polledAt = System.nanoTime();
  }

  private static Duration longest(Duration pollInterval) {
    Duration several = pollInterval.multipliedBy(3);
    return several.compareTo(SILENCE) > 0 ? several : SILENCE;
  }

  /**
   * Returns how long the lane has not polled, where that is too long. A lane does not poll while it
   * is paused, and while it has as many attempts as it may have.
   */
  Optional<Duration> silence() {
    Duration silence = Duration.ofNanos(System.nanoTime() - polledAt);
    return silence.compareTo(longestSilence) <= 0
            || stopping
            || paused
            || scheduler.getCurrentlyExecuting().size() >= concurrency
        ? Optional.empty()
        : Optional.of(silence);
  }

  private void afterEach() {
    polled();
    if (checkAgain.compareAndSet(true, false)) {
      scheduler.triggerCheckForDueExecutions();
    }
  }

  /** Asks the worker whether the lane must pause, and pauses or resumes it accordingly. */
  synchronized Optional<LanePause> observePause() {
    LanePause now = worker.lanePause().orElse(null);
    LanePause before = pause;
    pause = now;
    paused = now != null;
    if (now != null && before == null) {
      scheduler.pause();
      LOG.info("Lane {} paused: {}", worker.type(), now.reason());
    } else if (now == null && before != null && !stopping) {
      polled();
      scheduler.resume();
      wake();
      LOG.info("Lane {} resumed", worker.type());
    }
    return Optional.ofNullable(now);
  }

  private void attempt(TaskClaim claim) {
    try (AttemptSlot slot = slots.begin()) {
      slot.take();
      if (stopping || (worker.lanePause().isPresent() && observePause().isPresent())) {
        reconciler.handBack(claim);
      } else {
        after(claim.hardware(), reconciler.attempt(worker, policy, claim, slot));
      }
    }
  }

  private void after(HardwareId id, RequeueDecision decision) {
    switch (decision) {
      // What a lost attempt may have written is checked at once.
      case DUE, LOST -> wake();
      case PROGRESSED, GONE -> onProgress.accept(id);
      case WAITING -> {}
    }
  }

  private synchronized void pickNoMore() {
    stopping = true;
    scheduler.pause();
    slots.open();
  }

  /**
   * Picks no more tasks, waits up to {@code doni.sync.stop-grace} for running attempts, then
   * interrupts them so that they hand their tasks back. Another replica takes over what ignores the
   * interrupt.
   */
  void stop() {
    pickNoMore();
    try {
      if (!slots.awaitNone(stopGrace)) {
        LOG.info("Lane {}: interrupted {} attempts", worker.type(), slots.interrupt());
        slots.awaitNone(HAND_BACK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    scheduler.stop();
    worker.stop();
  }
}
