package doni.leftover;

import doni.database.DatabasePoller;
import doni.engine.attempt.InterruptGuard;
import doni.worker.Worker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Removes leftovers every few seconds, one at a time per worker and replica, so that a backend that
 * hangs does not delay another. Skips a worker whose lane is paused.
 */
final class LeftoverCleanupJob implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(LeftoverCleanupJob.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final LeftoverStore leftovers;
  private final LeftoverCleanup cleanup;
  private final Map<String, Worker> workers;
  private final Predicate<String> inShadow;
  private final Map<String, InterruptGuard> busy = new ConcurrentHashMap<>();
  private final DatabasePoller poller = new DatabasePoller("leftover-poller", 1);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("leftovers-", 0).factory());
  private volatile boolean running;

  /**
   * @param workers those whose lanes run on this replica
   * @param inShadow whether the lane of a type of worker is in shadow
   */
  public LeftoverCleanupJob(
      LeftoverStore leftovers,
      LeftoverCleanup cleanup,
      Collection<Worker> workers,
      Predicate<String> inShadow) {
    this.leftovers = leftovers;
    this.inShadow = inShadow;
    this.cleanup = cleanup;
    this.workers = workers.stream().collect(Collectors.toMap(Worker::type, Function.identity()));
  }

  @Override
  public void start() {
    running = true;
    if (!workers.isEmpty()) {
      leftovers.requeueShadowed(workers.keySet().stream().filter(inShadow.negate()).toList());
      poller.every("Search for leftovers", Duration.ZERO, INTERVAL, this::poll);
    }
  }

  private void poll() {
    for (String type : leftovers.dueWorkers()) {
      Worker worker = workers.get(type);
      if (worker != null && worker.lanePause().isEmpty()) {
        begin(worker);
      }
    }
  }

  private void begin(Worker worker) {
    InterruptGuard interruption = new InterruptGuard();
    if (busy.putIfAbsent(worker.type(), interruption) != null) {
      return;
    }
    try {
      threads.execute(() -> {
        try {
          sweep(worker, interruption);
        } finally {
          busy.remove(worker.type());
        }
      });
    } catch (RejectedExecutionException e) {
      busy.remove(worker.type());
      LOG.debug("Stopping; another replica removes the leftovers", e);
    }
  }

  private void sweep(Worker worker, InterruptGuard interruption) {
    try {
      boolean more = true;
      while (more && running && worker.lanePause().isEmpty()) {
        more = cleanup.next(worker, interruption);
      }
    } catch (RuntimeException e) {
      LOG.warn("Cleanup of {} leftovers failed; retrying soon", worker.type(), e);
    }
  }

  /** Interrupts running cleanups between two calls; any replica may continue them. */
  @Override
  public void stop() {
    running = false;
    poller.stopNow();
    threads.shutdown();
    busy.values().forEach(InterruptGuard::request);
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.info("A cleanup did not stop in time; another replica continues it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** It cannot be started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }
}
