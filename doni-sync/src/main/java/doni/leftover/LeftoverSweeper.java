package doni.leftover;

import doni.engine.attempt.InterruptGuard;
import doni.engine.lane.Housekeeping;
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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks every few seconds for what forced deletions have left over, and has it removed: one at a
 * time for each worker and replica, so that a backend that hangs holds up no other. A worker whose
 * lane sleeps is left alone.
 */
public final class LeftoverSweeper implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(LeftoverSweeper.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  private final LeftoverStore leftovers;
  private final LeftoverCleanup attempts;
  private final Map<String, Worker> workers;
  private final Map<String, InterruptGuard> busy = new ConcurrentHashMap<>();
  private final Housekeeping looks = new Housekeeping();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("leftovers-", 0).factory());
  private volatile boolean running;

  /**
   * @param workers those whose lanes are run here
   */
  public LeftoverSweeper(
      LeftoverStore leftovers, LeftoverCleanup attempts, Collection<Worker> workers) {
    this.leftovers = leftovers;
    this.attempts = attempts;
    this.workers = workers.stream().collect(Collectors.toMap(Worker::type, Function.identity()));
  }

  @Override
  public void start() {
    running = true;
    if (!workers.isEmpty()) {
      looks.every(INTERVAL, this::look);
    }
  }

  private void look() {
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
      LOG.debug("Stopping; leftovers wait for another replica", e);
    }
  }

  private void sweep(Worker worker, InterruptGuard interruption) {
    try {
      boolean more = true;
      while (more && running && worker.lanePause().isEmpty()) {
        more = attempts.next(worker, interruption);
      }
    } catch (RuntimeException e) {
      LOG.warn("Leftovers of {} could not be swept; tried again soon", worker.type(), e);
    }
  }

  /** What is under way is broken off between two calls, and is anybody's again. */
  @Override
  public void stop() {
    running = false;
    looks.stop();
    threads.shutdown();
    busy.values().forEach(InterruptGuard::request);
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.info("A leftover that is being removed is left to another replica");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** What was stopped is not started again. */
  @Override
  public boolean isPauseable() {
    return false;
  }
}
